package botprocess

import "syscall"

// tiedToUs lets the kernel kill the child when we are gone, however that comes about. A
// process group of its own keeps a Ctrl-C at the terminal for us: we end the child.
func tiedToUs() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
