"""What the kernel refuses: two lists of rules, and how they become a program for seccomp.

Each rule is one line: the calls, the arguments under which it holds, the answer, and why. The first rule that holds
decides; a call that no rule names gets the list's usual answer. Sources: the kernel's
`userspace-api/seccomp_filter.rst`, seccomp(2), and `linux/filter.h` for the codes of classic BPF.

The filter sees the numbers that a call is made with, never memory behind a pointer: it cannot read an address. So
whatever *could* carry an address is refused, save `sendmsg`, without which Python could not send a thing; it can only
address where an unconnected socket is open, and `egress.lock` proves that none is.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stylize.privacy.kernel import NUMBERS, PR_SET_NAME

ALLOW, KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
REFUSE = _ERRNO | errno.EPERM
UNKNOWN = _ERRNO | errno.ENOSYS
"""As if the kernel had no such call: libraries then take the older one that they know."""

ARCHITECTURES = {"x86-64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000
"""Numbers from here on are x86-64's second set of calls, which the rules do not know."""

AF_UNIX, SOCK_STREAM, SOCK_KIND = 1, 1, 0xF
MSG_FASTOPEN = 0x20000000
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
PROT_EXEC = 4
AT_EMPTY_PATH = 0x1000
CLONE_THREAD = 0x10000
NEW_NAMESPACES = 0x7E020080
"""Every CLONE_NEW… flag: time, mount, cgroup, names, messages, user, process, network."""

_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

Instruction = tuple[int, int, int, int]
"""Code, how many to skip when true, how many when false, constant: `struct sock_filter`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Test:
    """One question about argument number `argument`: its bits in `mask` are `value`, or not."""

    argument: int
    mask: int
    value: int
    holds: bool
    high: bool = False

    def assemble(self, skip: int) -> list[Instruction]:
        """Fall through when it holds; jump over `skip` instructions when it does not."""
        where = _ARGUMENTS + 8 * self.argument + 4 * self.high
        wanted, unwanted = (0, skip) if self.holds else (skip, 0)
        return [(_LOAD, 0, 0, where), (_AND, 0, 0, self.mask), (_EQUAL, wanted, unwanted, self.value)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """These calls, where every test holds, get this answer; `why` in one sentence."""

    calls: str
    answer: int
    why: str
    when: tuple[Test, ...] = ()


def _is(argument: int, value: int, mask: int = 0xFFFFFFFF) -> Test:
    return Test(argument=argument, mask=mask, value=value, holds=True)


def _is_not(argument: int, value: int, mask: int = 0xFFFFFFFF) -> Test:
    return Test(argument=argument, mask=mask, value=value, holds=False)


def _has(argument: int, bits: int) -> Test:
    return Test(argument=argument, mask=bits, value=0, holds=False)


def _has_not(argument: int, bits: int) -> Test:
    return Test(argument=argument, mask=bits, value=0, holds=True)


def _high_half(argument: int) -> Test:
    return Test(argument=argument, mask=0xFFFFFFFF, value=0, holds=False, high=True)


def _no(calls: str, why: str, *when: Test) -> Rule:
    return Rule(calls=calls, answer=REFUSE, why=why, when=when)


def _yes(calls: str, why: str, *when: Test) -> Rule:
    return Rule(calls=calls, answer=ALLOW, why=why, when=when)


def _missing(calls: str, why: str) -> Rule:
    return Rule(calls=calls, answer=UNKNOWN, why=why)


SERVER = (
    _no("socket", "No new way to the network, to a name server, or to another program here."),
    _no("connect", "No socket that is open already turns to somebody else."),
    _no("bind", "No second door; `listen` may be called again on the one there is, as asyncio does."),
    _no("sendto", "No letter with an address on it (lower half of the pointer).", _is_not(4, 0)),
    _no("sendto", "No letter with an address on it (upper half of the pointer).", _high_half(4)),
    _no("sendto", "No data inside a knock at a stranger's door.", _has(3, MSG_FASTOPEN)),
    _no("sendmsg", "The same for the other way to say it.", _has(2, MSG_FASTOPEN)),
    _no("sendmmsg", "Many letters at once: their addresses cannot be seen from here."),
    _no("socketpair", "Pairs talk to each other within one computer.", _is_not(0, AF_UNIX)),
    _no(
        "socketpair", "Half of another kind of pair could write to a named socket.", _is_not(1, SOCK_STREAM, SOCK_KIND)
    ),
    _missing("io_uring_setup io_uring_enter io_uring_register", "It does all of the above without being asked."),
    _no("ptrace process_vm_readv process_vm_writev", "No other program is made to do it."),
    _no("pidfd_getfd", "No other program's socket is borrowed."),
    _no("setns unshare", "No other network, no other view of the disk."),
    _no("clone", "Nor for a child.", _has(0, NEW_NAMESPACES)),
    _missing("clone3", "Its flags cannot be seen from here; threads and children start with clone instead."),
    _no("mount umount2 pivot_root chroot", "What is read-only stays so."),
    _no("open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr", "The same with the newer calls."),
    _no("open_by_handle_at", "No file is opened around the view of the disk."),
    _no("add_key request_key keyctl", "The kernel's key ring can start a program outside."),
    _no(
        "bpf perf_event_open userfaultfd", "No programs in the kernel, no watching of others, no pausing of the kernel."
    ),
    _no("init_module finit_module delete_module kexec_load kexec_file_load", "No other kernel."),
    _no("iopl ioperm", "No bare hardware."),
    _no("swapon acct", "No new place on disk for memory or for records."),
    _no("setxattr lsetxattr fsetxattr setxattrat", "No notes in the margins of files, which Landlock does not guard."),
    _no(
        "shmget shmat msgget msgsnd mq_open", "No memory or letter box that outlives the program, or that others read."
    ),
    _no("ioctl", "No typing into the terminal that the program was started from.", _is(1, TIOCSTI)),
    _no("ioctl", "Nor pasting into it.", _is(1, TIOCLINUX)),
)
"""For the serving process, the reader's template, and all their children. Everything else goes on as usual."""

CELL = (
    _yes("read readv write writev close lseek fstat", "It reads the photo from a pipe and writes pixels into another."),
    _yes("newfstatat", "How the C library asks about an open file.", _has(3, AT_EMPTY_PATH)),
    _yes("poll ppoll select pselect6", "It waits for the pipe."),
    _yes("dup dup2 dup3 fcntl", "It sorts the pipes that it has."),
    _yes("mmap mprotect", "It asks for memory, but not for memory to run.", _has_not(2, PROT_EXEC)),
    _yes("munmap mremap brk madvise", "It gives memory back."),
    _yes("clone", "It may have threads, but no children.", _has(0, CLONE_THREAD)),
    _missing("clone3", "Its flags cannot be seen from here; threads start with clone instead."),
    _yes("futex set_robust_list rseq membarrier sched_yield", "Threads wait for each other."),
    _yes("sched_getaffinity getcpu sysinfo uname", "Libraries count processors to choose their number of threads."),
    _yes("prctl", "Threads get names.", _is(0, PR_SET_NAME)),
    _yes("prlimit64", "It looks at its own limits; it can only lower them.", _is(0, 0)),
    _yes("rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall", "It is told of its own mistakes."),
    _yes(
        "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage", "It knows the time."
    ),
    _yes("getrandom getpid gettid getppid getuid geteuid getgid getegid", "It knows who it is."),
    _yes("exit exit_group", "It ends."),
)
"""For a process that reads one photo and dies. Whatever is not here is refused: it opens nothing, starts nothing."""


def server_program(machine: str) -> tuple[Instruction, ...]:
    """The filter of everything that serves, for "x86-64" or "aarch64"."""
    return assemble(machine, SERVER, otherwise=ALLOW)


def cell_program(machine: str) -> tuple[Instruction, ...]:
    """The filter of the cell in which one photo is read, for "x86-64" or "aarch64"."""
    return assemble(machine, CELL, otherwise=REFUSE)


def assemble(machine: str, rules: Sequence[Rule], *, otherwise: int) -> tuple[Instruction, ...]:
    """The rules as instructions. A call of another architecture, or of x32, ends the process."""
    numbers = NUMBERS[machine]
    program: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, ARCHITECTURES[machine]),
        (_RETURN, 0, 0, KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86-64":
        program += [(_AT_LEAST, 0, 1, X32), (_RETURN, 0, 0, KILL)]
    for rule in rules:
        for name in rule.calls.split():
            if name in numbers:
                program += _assemble_rule(rule, numbers[name])
    return (*program, (_RETURN, 0, 0, otherwise))


def _assemble_rule(rule: Rule, number: int) -> list[Instruction]:
    """Enters and leaves with the call's number loaded, so that rules can follow each other in any order."""
    answer: list[Instruction] = [(_RETURN, 0, 0, rule.answer)]
    if rule.when:
        answer.append((_LOAD, 0, 0, _NUMBER))
        for test in reversed(rule.when):
            answer[:0] = test.assemble(len(answer) - 1)
    return [(_EQUAL, 0, len(answer), number), *answer]


def pack(program: Iterable[Instruction]) -> bytes:
    """As the kernel takes it: an array of `struct sock_filter`."""
    return b"".join(struct.pack("HBBI", *instruction) for instruction in program)
