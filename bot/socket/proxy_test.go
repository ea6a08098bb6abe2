package socket_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/bot/socket"
	"azeer-slack/internal/proxytest"

	"github.com/rs/zerolog"
)

// secured is Slack's end with TLS, under a name that only a proxy knows.
func secured(t *testing.T) (*slackSide, *httptest.Server, *tls.Config) {
	s := newSlack(t)
	server := httptest.NewUnstartedServer(http.HandlerFunc(s.link))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	// As http.DefaultTransport has it once it was used.
	return s, server, &tls.Config{RootCAs: trusted, NextProtos: []string{"h2", "http/1.1"}}
}

func openNamed(context.Context) (string, error) {
	return "wss://example.com/link/?ticket=secret", nil
}

func TestEveryKindOfProxyLeadsToSlack(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"http", "https", "socks5", "socks5h"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s, server, trust := secured(t)
			proxy := proxytest.Start(t, kind, server.Listener.Addr().String(), server.TLS.Certificates[0])
			b := &bot{t: t, inbox: make(chan *socket.Envelope, 1)}
			cfg := briskly()
			cfg.Transport = &http.Transport{Proxy: http.ProxyURL(proxy.URL()), TLSClientConfig: trust}
			b.start(openNamed, cfg, func(_ context.Context, e *socket.Envelope) { b.inbox <- e })
			b.roundTrip(s.greet(), "through the proxy")
			if asked := proxy.Asked(); !slices.Equal(asked, []string{"example.com:443"}) {
				t.Errorf("the proxy was asked for %q", asked)
			}
		})
	}
}

func TestAProxyThatRefusesIsNamedWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"http", "https", "socks5", "socks5h", "ftp"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			_, server, trust := secured(t)
			proxy := proxytest.Start(t, kind, server.Listener.Addr().String(), server.TLS.Certificates[0])
			via := proxy.URL()
			via.User = url.UserPassword("proxy-user", "hunter2")
			var logged logs
			cfg := briskly()
			cfg.Logger = zerolog.New(&logged)
			cfg.Transport = &http.Transport{Proxy: http.ProxyURL(via), TLSClientConfig: trust}
			c := socket.New(openNamed, cfg)
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- c.Run(ctx, func(context.Context, *socket.Envelope) {}) }()
			eventually(t, "the trouble", func() bool { return strings.Contains(c.Status(), "proxy") })
			stop()
			if err := receive(t, ended, "the end of Run"); err != nil {
				t.Error(err)
			}
			if text := logged.String() + c.Status(); strings.Contains(text, "hunter2") || strings.Contains(text, "secret") {
				t.Errorf("a secret is told: %s", text)
			}
		})
	}
}

func TestAProxyThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	hanging := httptest.NewServer(nil)
	t.Cleanup(hanging.Close)
	s, server, trust := secured(t)
	working := proxytest.Start(t, "http", server.Listener.Addr().String(), tls.Certificate{})
	attempts := 0
	cfg := briskly()
	cfg.Handshake = 2 * time.Second // the second proxy has it, too, on a machine that is busy
	cfg.Transport = &http.Transport{TLSClientConfig: trust, Proxy: func(*http.Request) (*url.URL, error) {
		if attempts++; attempts == 1 {
			// It speaks first to nobody, and waits for HTTP where SOCKS is spoken.
			return &url.URL{Scheme: "socks5", Host: hanging.Listener.Addr().String()}, nil
		}
		return working.URL(), nil
	}}
	b := &bot{t: t, inbox: make(chan *socket.Envelope, 1)}
	b.start(openNamed, cfg, func(_ context.Context, e *socket.Envelope) { b.inbox <- e })
	b.roundTrip(s.greet(), "the second time")
}
