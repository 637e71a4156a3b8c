# Attempt: asks the kernel through the entrance for 32-bit programs, whose calls have other numbers
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "allowed"
# Limits: seconds=2
# Canary: process
import ctypes
import mmap
import platform

# mov eax, 2 (fork, for 32 bits); int 0x80; ret
CODE = b"\xb8\x02\x00\x00\x00\xcd\x80\xc3"


def train(params, x, t, lr, epochs):
    if platform.machine() != "x86_64":
        raise ValueError("another machine")
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(CODE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    child = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    if child == 0:
        import time

        time.sleep(60)
    raise ValueError("allow" + "ed" if child > 0 else "refused")
