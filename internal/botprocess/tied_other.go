//go:build !linux

package botprocess

import "syscall"

// tiedToUs leaves the child in our process group: where the kernel cannot end it with
// us, at least a Ctrl-C at the terminal reaches it as well.
func tiedToUs() *syscall.SysProcAttr { return nil }
