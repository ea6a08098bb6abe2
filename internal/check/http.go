package check

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// examineHTTP takes the address of the probes and the metrics, and lets go of it at once.
func (d *doctor) examineHTTP() {
	if d.HTTPAddr == "" {
		return // none is wanted, or it is named among the settings
	}
	listener, err := net.Listen("tcp", d.HTTPAddr)
	switch {
	case err == nil:
		_ = listener.Close()
		d.good("HTTP_ADDR %s is free", d.HTTPAddr)
	case errors.Is(err, syscall.EADDRINUSE):
		d.note("HTTP_ADDR %s is taken: by the bot, if it runs here; by another program, if it does not, and then the bot does not start", d.HTTPAddr)
	default:
		d.bad(fmt.Sprintf("HTTP_ADDR %s cannot be listened on: %v", d.HTTPAddr, err), "take an address of this machine, and a port of 1024 or above")
	}
}
