//go:build pprof && linux && (amd64 || arm64)

package main

import (
	"expvar"
	"net"
	"net/http"
	_ "net/http/pprof" // its pages, on http.DefaultServeMux
	"os"

	"azeer-slack/internal/bench/syscalls"
)

// Built with the tag pprof, the program shows its profiles and what SQLite asks of the
// system, to internal/bench: on the Unix socket that PPROF_SOCKET names, under
// /debug/pprof/ and /debug/vars.
func init() {
	path := os.Getenv("PPROF_SOCKET")
	if path == "" {
		return
	}
	if os.Getenv("PPROF_COUNT") != "" {
		if err := syscalls.Start(); err != nil {
			panic(err)
		}
	}
	expvar.Publish("sqlite", expvar.Func(func() any { return syscalls.Now() }))
	listener, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	go func() { panic(http.Serve(listener, nil)) }()
}
