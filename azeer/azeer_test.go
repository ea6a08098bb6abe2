package azeer_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"azeer-slack/azeer"
)

const (
	key     = "sandbox-key"
	contact = "966544444444"
	omar    = "omar@twerlo.com"
)

// quiet takes what servers log about clients that hang up, as they should.
var quiet = log.New(io.Discard, "", 0)

// serve starts a server that answers below a path prefix, so that a client that forgets
// its base URL's path is caught, and gives a client for it.
func serve(t *testing.T, handler http.HandlerFunc) *azeer.Client {
	t.Helper()
	return newClient(t, start(t, handler).URL+"/prefix/v1/", azeer.Config{})
}

func start(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/prefix/v1/") {
			t.Errorf("path %q lacks the prefix of the base URL", r.URL.Path)
		}
		handler(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

func newClient(t *testing.T, base string, cfg azeer.Config) *azeer.Client {
	t.Helper()
	cfg.BaseURL = base
	if cfg.Transport == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		t.Cleanup(transport.CloseIdleConnections)
		cfg.Transport = transport
	}
	if cfg.Backoff == 0 {
		cfg.Backoff = time.Nanosecond
	}
	client, err := azeer.New(key, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// says answers every request with one status and body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func assign(c *azeer.Client) (azeer.Confirmation, error) {
	return c.Assign(context.Background(), contact, omar)
}

// fault asserts that err is an *azeer.Error whose text gives nothing away.
func fault(t *testing.T, err error) *azeer.Error {
	t.Helper()
	var f *azeer.Error
	if !errors.As(err, &f) {
		t.Fatalf("error is %v, want an *azeer.Error", err)
	}
	for _, secret := range []string{key, contact, "omar", "127.0.0.1", "/prefix"} {
		if strings.Contains(f.Error(), secret) {
			t.Errorf("error %q holds %q", f, secret)
		}
	}
	return f
}

func wantEffect(t *testing.T, err error, want azeer.Effect) *azeer.Error {
	t.Helper()
	f := fault(t, err)
	if f.Effect != want {
		t.Errorf("%v: effect is %q, want %q", f, f.Effect, want)
	}
	return f
}
