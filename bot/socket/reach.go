package socket

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// Reach connects to the host of a socket's address as a Client would, by the same proxies and with
// the same certificates, and hangs up. No WebSocket is opened, so a ticket in the address is not
// used up.
func Reach(ctx context.Context, address string) error {
	target, err := url.Parse(address)
	if err != nil || !isTrusted(target) {
		return errAddress
	}
	transport := http.DefaultTransport.(*http.Transport)
	port := map[string]string{"wss": "443", "ws": "80"}[target.Scheme]
	conn, err := dialVia(ctx, transport, target, "tcp", net.JoinHostPort(target.Hostname(), cmp.Or(target.Port(), port)))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if target.Scheme != "wss" {
		return nil
	}
	cfg := withoutALPN(transport.TLSClientConfig)
	cfg.ServerName = target.Hostname()
	if err := tls.Client(conn, cfg).HandshakeContext(ctx); err != nil {
		return fmt.Errorf("TLS: %w", err)
	}
	return nil
}
