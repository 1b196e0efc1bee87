"""The few calls to the Linux kernel that the wall is built of, and nothing else. No library is needed for them.

Sources: the man pages of syscall(2), prctl(2), unshare(2), mount(2) and mount_setattr(2); the numbers are those of the
kernel's `asm/unistd_64.h` (x86-64) and `asm-generic/unistd.h` (aarch64), which a test compares where they are installed.
"""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import sys

MACHINES = {"x86_64": "x86-64", "amd64": "x86-64", "aarch64": "aarch64", "arm64": "aarch64"}

_SAME_NUMBER = """
    io_uring_setup=425 io_uring_enter=426 io_uring_register=427 open_tree=428 move_mount=429 fsopen=430 fsconfig=431
    fsmount=432 fspick=433 clone3=435 pidfd_getfd=438 mount_setattr=442 landlock_create_ruleset=444
    landlock_add_rule=445 landlock_restrict_self=446 setxattrat=463
"""
_X86_64 = """
    read=0 write=1 open=2 close=3 fstat=5 poll=7 lseek=8 mmap=9 mprotect=10 munmap=11 brk=12 rt_sigaction=13
    rt_sigprocmask=14 rt_sigreturn=15 ioctl=16 readv=19 writev=20 select=23 sched_yield=24 mremap=25 madvise=28
    shmget=29 shmat=30 dup=32 dup2=33 nanosleep=35 getpid=39 socket=41 connect=42 accept=43 sendto=44 recvfrom=45 sendmsg=46
    recvmsg=47 bind=49 listen=50 socketpair=53 clone=56 fork=57 vfork=58 execve=59 exit=60 kill=62 uname=63
    msgget=68 msgsnd=69 fcntl=72 gettimeofday=96 getrusage=98 sysinfo=99 times=100 ptrace=101 getuid=102 getgid=104
    geteuid=107 getegid=108 getppid=110 sigaltstack=131 pivot_root=155 prctl=157 chroot=161 acct=163 mount=165
    umount2=166 swapon=167 iopl=172 ioperm=173 init_module=175 delete_module=176 gettid=186 setxattr=188
    lsetxattr=189 fsetxattr=190 time=201 futex=202 sched_getaffinity=204 restart_syscall=219 clock_gettime=228
    clock_getres=229 clock_nanosleep=230 exit_group=231 tgkill=234 mq_open=240 kexec_load=246 add_key=248
    request_key=249 keyctl=250 openat=257 newfstatat=262 pselect6=270 ppoll=271 unshare=272 set_robust_list=273
    dup3=292 perf_event_open=298 prlimit64=302 open_by_handle_at=304 sendmmsg=307 setns=308 getcpu=309
    process_vm_readv=310 process_vm_writev=311 finit_module=313 seccomp=317 getrandom=318 kexec_file_load=320
    bpf=321 execveat=322 userfaultfd=323 membarrier=324 statx=332 rseq=334
"""
_AARCH64 = """
    setxattr=5 lsetxattr=6 fsetxattr=7 dup=23 dup3=24 fcntl=25 ioctl=29 umount2=39 mount=40 pivot_root=41 chroot=51
    openat=56 close=57 lseek=62 read=63 write=64 readv=65 writev=66 pselect6=72 ppoll=73 newfstatat=79 fstat=80
    acct=89 exit=93 exit_group=94 unshare=97 futex=98 set_robust_list=99 nanosleep=101 kexec_load=104
    init_module=105 delete_module=106 clock_gettime=113 clock_getres=114 clock_nanosleep=115 ptrace=117
    sched_getaffinity=123 sched_yield=124 restart_syscall=128 kill=129 tgkill=131 sigaltstack=132 rt_sigaction=134
    rt_sigprocmask=135 rt_sigreturn=139 times=153 uname=160 getrusage=165 prctl=167 getcpu=168 gettimeofday=169
    getpid=172 getppid=173 getuid=174 geteuid=175 getgid=176 getegid=177 gettid=178 sysinfo=179 mq_open=180
    msgget=186 msgsnd=189 shmget=194 shmat=196 socket=198 socketpair=199 bind=200 listen=201 accept=202 connect=203 sendto=206
    recvfrom=207 sendmsg=211 recvmsg=212 brk=214 munmap=215 mremap=216 add_key=217 request_key=218 keyctl=219
    clone=220 execve=221 mmap=222 swapon=224 mprotect=226 madvise=233 perf_event_open=241 prlimit64=261
    open_by_handle_at=265 setns=268 sendmmsg=269 process_vm_readv=270 process_vm_writev=271 finit_module=273
    seccomp=277 getrandom=278 bpf=280 execveat=281 userfaultfd=282 membarrier=283 statx=291 rseq=293
    kexec_file_load=294
"""


def _table(*texts: str) -> dict[str, int]:
    pairs = (pair.partition("=") for text in texts for pair in text.split())
    return {name: int(number) for name, _, number in pairs}


NUMBERS = {"x86-64": _table(_X86_64, _SAME_NUMBER), "aarch64": _table(_AARCH64, _SAME_NUMBER)}
"""Machine → name of a call → its number. A name that a machine lacks (`open`, `fork` on aarch64) is not in its table."""

PR_SET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_SET_NAME, PR_GET_SECCOMP = 1, 3, 4, 15, 21
PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS = 38, 39


def machine() -> str | None:
    """The name "x86-64" or "aarch64" for a 64-bit program on Linux; None where the wall's tables do not fit."""
    if sys.platform != "linux" or ctypes.sizeof(ctypes.c_void_p) != 8 or sys.byteorder != "little":
        return None
    return MACHINES.get(platform.machine().lower())


@functools.cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def _checked(result: int, name: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def call(name: str, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """A system call by name. Raises OSError; ENOSYS for a call that this machine or kernel does not have."""
    number = NUMBERS.get(machine() or "", {}).get(name)
    if number is None:
        raise OSError(38, f"{name}: not on this machine")
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(_libc().syscall(ctypes.c_long(number), *wide), name)


def prctl(option: int, value: int = 0) -> int:
    """Change or ask a property of this process. Raises OSError."""
    zero = ctypes.c_ulong(0)
    return _checked(_libc().prctl(option, ctypes.c_ulong(value), zero, zero, zero), "prctl")


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` (CLONE_NEW…) for new ones. Raises OSError."""
    call("unshare", flags)


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system, or change a mount's kind of sharing. Raises OSError."""
    call("mount", source.encode(), os.fsencode(target), kind.encode(), flags, options.encode() or None)


M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -3, -4, -8
"""Of <malloc.h>, glibc."""


def tune_heap(option: int, value: int) -> bool:
    """Set a property of the C library's heap; False where it has none of these (not glibc)."""
    if sys.platform != "linux" or not hasattr(_libc(), "gnu_get_libc_version"):
        return False
    return bool(_libc().mallopt(ctypes.c_int(option), ctypes.c_int(value)))


def give_back_heap() -> None:
    """Return freed memory to the system where the C library can (glibc); the kernel clears it before anyone else."""
    if sys.platform == "linux" and hasattr(_libc(), "malloc_trim"):
        _libc().malloc_trim(ctypes.c_size_t(0))
