// Package loopback is an HTTP server that can go away, so that connections are refused,
// and come back on the same address. It knows nothing of what it serves.
package loopback

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is one address. Create it with New.
type Server struct {
	handler http.Handler
	wrap    func(net.Conn) net.Conn

	mu     sync.Mutex
	addr   string
	server *http.Server
	wg     sync.WaitGroup // the accepting goroutine and every connection's
}

type connKey struct{}

// New returns a server that does not listen yet. wrap, if not nil, is put around each
// connection.
func New(handler http.Handler, wrap func(net.Conn) net.Conn) *Server {
	return &Server{addr: "127.0.0.1:0", handler: handler, wrap: wrap}
}

// Conn returns the connection of a request's context, as it was wrapped.
func Conn(ctx context.Context) net.Conn {
	conn, _ := ctx.Value(connKey{}).(net.Conn)
	return conn
}

// Addr returns host and port.
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// Up listens; the first time on a port that the system chooses, later on the same.
func (s *Server) Up() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return nil
	}
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	s.addr = listener.Addr().String()
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ConnState:         s.count,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
	}
	s.server = server
	s.wg.Go(func() { _ = server.Serve(wrappingListener{listener, s.wrap}) })
	return nil
}

// count follows connections from their start to their end or hijacking.
func (s *Server) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.wg.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.wg.Done()
	}
}

// Down refuses new connections, drops the open ones and waits for them.
func (s *Server) Down() error {
	s.mu.Lock()
	server := s.server
	s.server = nil
	s.mu.Unlock()
	if server == nil {
		return nil
	}
	err := server.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	s.wg.Wait()
	return err
}

type wrappingListener struct {
	net.Listener

	wrap func(net.Conn) net.Conn
}

func (l wrappingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil || l.wrap == nil {
		return conn, err
	}
	return l.wrap(conn), nil
}
