package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// profiled is how long profiles are taken, and settling how long the load runs before.
const (
	profiled = 30 * time.Second
	settling = 2 * time.Second
)

// watched is the program with the tag pprof, which shows what goes on in it on a Unix
// socket.
func watched(socket string, more ...string) subject {
	return subject{name: ours, program: "azeer-slack", answers: true, env: func(folder string) []string {
		return append(append(journalIn(folder), "PPROF_SOCKET="+socket), more...)
	}}
}

// client asks the program on its Unix socket.
func client(socket string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
}

// profile runs the program alone at the steady pace, and writes what it spends its time
// on and what it allocates into the folder to.
func profile(folder, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	if err := build(folder, []string{"-tags", "pprof"}, "cmd/azeer-slack"); err != nil {
		return err
	}
	w, err := newWorld(true)
	if err != nil {
		return err
	}
	defer w.close()
	socket := filepath.Join(folder, "pprof")
	c, err := start(watched(socket), w, folder, filepath.Join(folder, "alone"))
	if err != nil {
		return err
	}
	w.latency.Store(int64(slowAzeer))
	failed := make(chan error, 2)
	for _, kind := range []string{"profile", "allocs"} {
		go func() {
			time.Sleep(settling)
			failed <- fetch(client(socket), kind, filepath.Join(to, kind+".pb.gz"))
		}()
	}
	_, err = w.steadily(0, int((settling+profiled+time.Second).Seconds())*pace)
	err = errors.Join(err, <-failed, <-failed)
	return c.blame(errors.Join(err, c.stop()))
}

func fetch(from *http.Client, kind, to string) error {
	reply, err := from.Get(fmt.Sprintf("http://program/debug/pprof/%s?seconds=%d", kind, int(profiled.Seconds())))
	if err != nil {
		return err
	}
	defer func() { _ = reply.Body.Close() }()
	if reply.StatusCode != http.StatusOK {
		return fmt.Errorf("profile %s: %s", kind, reply.Status)
	}
	file, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, reply.Body)
	fmt.Println("go tool pprof -top", to)
	return errors.Join(err, file.Close())
}
