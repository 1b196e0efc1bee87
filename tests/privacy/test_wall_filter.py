"""The filters' programs, run by a small machine of our own, so that both architectures are tested on either."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stylize.privacy.filter import (
    ALLOW,
    ARCHITECTURES,
    CELL,
    KILL,
    REFUSE,
    SERVER,
    UNKNOWN,
    X32,
    Instruction,
    Rule,
    assemble,
    cell_program,
    pack,
    server_program,
)
from stylize.privacy.kernel import NUMBERS

MACHINES = sorted(ARCHITECTURES)
PROGRAMS = {
    (name, machine): build(machine)
    for name, build in (("server", server_program), ("cell", cell_program))
    for machine in MACHINES
}
HEADERS = {
    "x86-64": [Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm/unistd_64.h")],
    "aarch64": [Path("/usr/include/asm-generic/unistd.h")],
}
ANY_ARGUMENTS = st.lists(st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2**32, 2**63]), min_size=6, max_size=6)
UP, SOMEWHERE = 2**32, 0x7FFF_1234_5678


def judge(program: tuple[Instruction, ...], architecture: int, number: int, arguments: list[int]) -> int:
    """Classic BPF as the kernel runs it over `struct seccomp_data`; only the codes that seccomp allows us to use."""
    data = number.to_bytes(4, "little") + architecture.to_bytes(4, "little") + bytes(8)
    data += b"".join(argument.to_bytes(8, "little") for argument in arguments)
    position = held = 0
    while True:
        code, when_true, when_false, constant = program[position]
        position += 1
        if code == 0x06:
            return constant
        if code == 0x20:
            assert constant % 4 == 0
            held = int.from_bytes(data[constant : constant + 4], "little")
        elif code == 0x54:
            held &= constant
        elif code == 0x15:
            position += when_true if held == constant else when_false
        elif code == 0x35:
            position += when_true if held >= constant else when_false
        else:
            raise AssertionError(f"code {code:#x}")


def ask(which: str, machine: str, call: str, *arguments: int) -> int:
    padded = [*arguments, *[0] * (6 - len(arguments))]
    return judge(PROGRAMS[which, machine], ARCHITECTURES[machine], NUMBERS[machine][call], padded)


@pytest.mark.parametrize(("which", "machine"), PROGRAMS)
def test_a_program_is_one_that_the_kernel_takes(which: str, machine: str) -> None:
    program = PROGRAMS[which, machine]
    assert 0 < len(program) <= 4096
    assert len(pack(program)) == 8 * len(program)
    for position, (code, when_true, when_false, _) in enumerate(program):
        if code in (0x15, 0x35):
            assert position + 1 + max(when_true, when_false) < len(program)
            assert max(when_true, when_false) < 256
    assert program[-1][0] == 0x06


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("rules", [SERVER, CELL], ids=["server", "cell"])
def test_every_rule_names_calls_that_exist_and_says_why(machine: str, rules: tuple[Rule, ...]) -> None:
    known = set(NUMBERS["x86-64"]) | set(NUMBERS["aarch64"])
    for rule in rules:
        assert set(rule.calls.split()) <= known
        assert rule.why.endswith(".")


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_those_of_the_kernels_headers(machine: str) -> None:
    header = next((path for path in HEADERS[machine] if path.exists()), None)
    if header is None:
        pytest.skip(f"the kernel's headers for {machine} are not installed")
    found = dict(re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text(), re.MULTILINE))
    if machine == "aarch64":
        found |= {"newfstatat": found["fstatat"]}
    ours = {name: str(number) for name, number in NUMBERS[machine].items() if name in found}
    assert ours == {name: found[name] for name in ours}
    assert len(ours) > 0.9 * len(NUMBERS[machine])


@pytest.mark.parametrize(("which", "machine"), PROGRAMS)
@given(number=st.integers(0, 2**32 - 1), arguments=ANY_ARGUMENTS, architecture=st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_another_architecture_always_ends_the_process(
    which: str, machine: str, number: int, arguments: list[int], architecture: int
) -> None:
    for foreign in {architecture, 0x40000003, 0x40000028, *ARCHITECTURES.values()} - {ARCHITECTURES[machine]}:
        assert judge(PROGRAMS[which, machine], foreign, number, arguments) == KILL


@pytest.mark.parametrize("which", ["server", "cell"])
@given(number=st.integers(X32, 2**32 - 1), arguments=ANY_ARGUMENTS)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_x32_always_ends_the_process(which: str, number: int, arguments: list[int]) -> None:
    assert judge(PROGRAMS[which, "x86-64"], ARCHITECTURES["x86-64"], number, arguments) == KILL


def words(text: str) -> list[str]:
    return text.split()


ALWAYS_REFUSED = words("""
    socket connect bind sendmmsg ptrace process_vm_readv process_vm_writev pidfd_getfd setns unshare mount umount2
    pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr open_by_handle_at add_key
    request_key keyctl bpf perf_event_open userfaultfd init_module finit_module delete_module kexec_load
    kexec_file_load swapon acct setxattr lsetxattr fsetxattr setxattrat shmget shmat msgget msgsnd
    mq_open
""")
ALWAYS_MISSING = ["io_uring_setup", "io_uring_enter", "io_uring_register", "clone3"]
BY_ARGUMENT = ["sendto", "sendmsg", "socketpair", "clone", "ioctl"]


@pytest.mark.parametrize("machine", MACHINES)
@given(arguments=ANY_ARGUMENTS)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_what_the_server_is_refused_is_refused_whatever_the_arguments(machine: str, arguments: list[int]) -> None:
    for call in ALWAYS_REFUSED:
        assert ask("server", machine, call, *arguments) == REFUSE, call
    for call in ALWAYS_MISSING:
        assert ask("server", machine, call, *arguments) == UNKNOWN, call


@pytest.mark.parametrize("machine", MACHINES)
@given(number=st.integers(0, 600), arguments=ANY_ARGUMENTS)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_everything_else_goes_on_in_the_server(machine: str, number: int, arguments: list[int]) -> None:
    named = {*ALWAYS_REFUSED, *ALWAYS_MISSING, *BY_ARGUMENT, "iopl", "ioperm"}
    if number not in {NUMBERS[machine].get(name) for name in named}:
        assert judge(PROGRAMS["server", machine], ARCHITECTURES[machine], number, arguments) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
@given(arguments=ANY_ARGUMENTS)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_letter_may_have_no_address_and_knock_nowhere(machine: str, arguments: list[int]) -> None:
    addressed = arguments[4] != 0 or bool(arguments[3] & 0x20000000)
    assert ask("server", machine, "sendto", *arguments) == (REFUSE if addressed else ALLOW)
    knocks = bool(arguments[2] & 0x20000000)
    assert ask("server", machine, "sendmsg", *arguments) == (REFUSE if knocks else ALLOW)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("call", "arguments", "answer"),
    [
        ("sendto", (5, SOMEWHERE, 9, 0x4000, 0, 0), ALLOW),
        ("sendto", (5, SOMEWHERE, 9, 0, 16, 16), REFUSE),
        ("sendto", (5, SOMEWHERE, 9, 0, 7 * UP, 16), REFUSE),
        ("sendto", (5, SOMEWHERE, 9, 0x20000000, 0, 0), REFUSE),
        ("sendto", (5, SOMEWHERE, 9, 0x20000000, SOMEWHERE, 16), REFUSE),
        ("sendmsg", (5, SOMEWHERE, 0x4000), ALLOW),
        ("sendmsg", (5, SOMEWHERE, 0x20004000), REFUSE),
        ("socketpair", (1, 1, 0, SOMEWHERE), ALLOW),
        ("socketpair", (1, 1 | 0o2000000 | 0o4000, 0, SOMEWHERE), ALLOW),
        ("socketpair", (1, 2, 0, SOMEWHERE), REFUSE),
        ("socketpair", (1, 2 | 0o2000000, 0, SOMEWHERE), REFUSE),
        ("socketpair", (1, 5, 0, SOMEWHERE), REFUSE),
        ("socketpair", (2, 1, 0, SOMEWHERE), REFUSE),
        ("socketpair", (16, 1, 0, SOMEWHERE), REFUSE),
        ("clone", (0x3D0F00, SOMEWHERE), ALLOW),
        ("clone", (0x4111, 0), ALLOW),
        ("clone", (0x1200011, 0), ALLOW),
        ("clone", (0x40000011, 0), REFUSE),
        ("clone", (0x10000011, 0), REFUSE),
        ("clone", (0x20011, 0), REFUSE),
        ("clone", (0x91, 0), REFUSE),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), REFUSE),
        ("ioctl", (0, 0x541C), REFUSE),
        ("ioctl", (0, 9 * UP + 0x5412), REFUSE),
        ("accept", (3, 0, 0), ALLOW),
        ("listen", (3, 64), ALLOW),
        ("execve", (SOMEWHERE, 0, 0), ALLOW),
    ],
)
def test_what_depends_on_arguments_in_the_server(
    machine: str, call: str, arguments: tuple[int, ...], answer: int
) -> None:
    assert ask("server", machine, call, *arguments) == answer


CELL_ALLOWED = " ".join(rule.calls for rule in CELL if rule.answer == ALLOW).split()


@pytest.mark.parametrize("machine", MACHINES)
@given(number=st.integers(0, 600), arguments=ANY_ARGUMENTS)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_cell_refuses_whatever_it_was_not_given(machine: str, number: int, arguments: list[int]) -> None:
    answer = judge(PROGRAMS["cell", machine], ARCHITECTURES[machine], number, arguments)
    given_calls = {NUMBERS[machine].get(name) for name in CELL_ALLOWED}
    if number == NUMBERS[machine]["clone3"]:
        assert answer == UNKNOWN
    elif number not in given_calls:
        assert answer == REFUSE


@pytest.mark.parametrize("machine", MACHINES)
def test_nothing_that_opens_starts_or_harms_is_given_to_a_cell(machine: str) -> None:
    dangerous = words("""
        open openat execve execveat fork vfork kill tgkill socket socketpair connect accept bind listen sendto recvfrom
        sendmsg recvmsg sendmmsg ptrace ioctl io_uring_setup mount unshare setns bpf landlock_restrict_self seccomp statx
    """)
    assert not set(dangerous) & set(CELL_ALLOWED)
    for call in set(dangerous) & set(NUMBERS[machine]):
        assert ask("cell", machine, call) == REFUSE, call


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("call", "arguments", "answer"),
    [
        ("read", (3, SOMEWHERE, 9), ALLOW),
        ("write", (4, SOMEWHERE, 9), ALLOW),
        ("mmap", (0, 4096, 3, 0x22), ALLOW),
        ("mmap", (0, 4096, 7, 0x22), REFUSE),
        ("mmap", (0, 4096, 4, 0x22), REFUSE),
        ("mprotect", (SOMEWHERE, 4096, 3), ALLOW),
        ("mprotect", (SOMEWHERE, 4096, 5), REFUSE),
        ("clone", (0x3D0F00, SOMEWHERE), ALLOW),
        ("clone", (0x4111, 0), REFUSE),
        ("clone", (0x1200011, 0), REFUSE),
        ("prctl", (15, SOMEWHERE), ALLOW),
        ("prctl", (4, 1), REFUSE),
        ("prlimit64", (0, 7, 0, SOMEWHERE), ALLOW),
        ("prlimit64", (4242, 7, 0, SOMEWHERE), REFUSE),
        ("newfstatat", (3, SOMEWHERE, SOMEWHERE, 0x1000), ALLOW),
        ("newfstatat", (3, SOMEWHERE, SOMEWHERE, 0), REFUSE),
    ],
)
def test_what_depends_on_arguments_in_a_cell(machine: str, call: str, arguments: tuple[int, ...], answer: int) -> None:
    assert ask("cell", machine, call, *arguments) == answer


def test_the_small_machine_can_say_no() -> None:
    """A positive control: without rules everything is allowed, with the opposite rule it is refused."""
    everything = assemble("x86-64", (), otherwise=ALLOW)
    assert judge(everything, ARCHITECTURES["x86-64"], NUMBERS["x86-64"]["socket"], [0] * 6) == ALLOW
    nothing = assemble("x86-64", (), otherwise=REFUSE)
    assert judge(nothing, ARCHITECTURES["x86-64"], NUMBERS["x86-64"]["read"], [0] * 6) == REFUSE
