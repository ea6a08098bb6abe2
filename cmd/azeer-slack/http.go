package main

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

// readiness tells why the program cannot do its work now; nothing means that it can.
// It is asked at every /readyz, so it must answer within a second or so.
type readiness func() (reasons []string)

// newHandler serves /healthz, /readyz and /metrics.
func newHandler(m *metrics, ready readiness) http.Handler {
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

// web is the HTTP server for those who watch the program.
type web struct {
	server   *http.Server
	listener net.Listener
}

// listen opens addr; with an empty one it gives nil, which serves nothing. A port that
// somebody else holds is an error that says so.
func listen(ctx context.Context, addr string, handler http.Handler) (*web, error) {
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
	return &web{listener: listener, server: &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}}, nil
}

// addr is where w listens; empty if it does not.
func (w *web) addr() string {
	if w == nil {
		return ""
	}
	return w.listener.Addr().String()
}

// serve answers until ctx ends, and gives an error only if it stopped by itself.
func (w *web) serve(ctx context.Context) error {
	if w == nil {
		<-ctx.Done()
		return nil
	}
	stop := context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if w.server.Shutdown(last) != nil {
			_ = w.server.Close()
		}
	})
	defer stop()
	if err := w.server.Serve(w.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP: %w", err)
	}
	return nil
}
