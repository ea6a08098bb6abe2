package sandbox

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// front is the server before the Slack side. It can go away, so that
// connections are refused, and come back on the same address.
type front struct {
	handler http.Handler

	mu     sync.Mutex
	addr   string
	server *http.Server
	wg     sync.WaitGroup // the accepting goroutine and every connection's
}

type tapKey struct{}

func (f *front) address() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.addr
}

// up listens. The first time it fixes the port.
func (f *front) up() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.server != nil {
		return nil
	}
	listener, err := net.Listen("tcp", f.addr)
	if err != nil {
		return err
	}
	f.addr = listener.Addr().String()
	server := &http.Server{
		Handler:           f.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ConnState:         f.count,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, tapKey{}, c)
		},
	}
	f.server = server
	f.wg.Go(func() { _ = server.Serve(tapListener{listener}) })
	return nil
}

// count follows connections from their start to their end or hijacking.
func (f *front) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		f.wg.Add(1)
	case http.StateClosed, http.StateHijacked:
		f.wg.Done()
	}
}

// down refuses new connections, drops the open ones and waits for them.
func (f *front) down() error {
	f.mu.Lock()
	server := f.server
	f.server = nil
	f.mu.Unlock()
	if server == nil {
		return nil
	}
	err := server.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	f.wg.Wait()
	return err
}
