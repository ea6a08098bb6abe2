// Package health tells those who watch the program how it is: /healthz, /readyz and
// /metrics over HTTP. It knows what is counted, not how the program does its work.
package health

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Readiness tells why the program cannot do its work now; nothing means that it can.
// It is asked at every /readyz, so it must answer within a second or so.
type Readiness func() (reasons []string)

// NewHandler serves /healthz, /readyz and /metrics. Call it once.
func NewHandler(m *Metrics, ready Readiness) http.Handler {
	m.readiness(ready)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "alive")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		reasons := ready()
		w.Header().Set("Content-Type", "application/json")
		if len(reasons) > 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(struct {
			Ready   bool     `json:"ready"`
			Reasons []string `json:"reasons,omitempty"`
		}{len(reasons) == 0, reasons})
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}

// Server is the HTTP server for those who watch the program.
type Server struct {
	server   *http.Server
	listener net.Listener
}

// Listen opens addr; with an empty one it gives nil, which serves nothing. A port that
// somebody else holds is an error that says so.
func Listen(ctx context.Context, addr string, handler http.Handler) (*Server, error) {
	if addr == "" {
		return nil, nil
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen on HTTP_ADDR %s: another program holds that port, perhaps a second azeer-slack; "+
			"choose another one, or leave HTTP_ADDR empty for none", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on HTTP_ADDR %s: %w", addr, err)
	}
	return &Server{listener: listener, server: &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}}, nil
}

// Addr is where s listens; empty if it does not.
func (s *Server) Addr() string {
	if s == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// Serve answers until ctx ends, and gives an error only if it stopped by itself.
func (s *Server) Serve(ctx context.Context) error {
	if s == nil {
		<-ctx.Done()
		return nil
	}
	stop := context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if s.server.Shutdown(last) != nil {
			_ = s.server.Close()
		}
	})
	defer stop()
	if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP: %w", err)
	}
	return nil
}
