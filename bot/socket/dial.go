package socket

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"azeer-slack/bot/slackcall"

	"github.com/gorilla/websocket"
	"golang.org/x/net/proxy"
)

var errAddress = errors.New("address from Slack is neither wss nor on this machine")

// dial opens the WebSocket of an address, as net/http would open the connection: through
// the same proxy, of whatever kind. The WebSocket library by itself knows fewer kinds.
func (c *Client) dial(ctx context.Context, address string) (*websocket.Conn, error) {
	target, err := url.Parse(address)
	if err != nil || !isTrusted(target) {
		return nil, errAddress // without the address, which is a ticket
	}
	dialer := websocket.Dialer{
		NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			return dialVia(ctx, c.cfg.Transport, target, network, addr)
		},
		TLSClientConfig:  withoutALPN(c.cfg.Transport.TLSClientConfig),
		HandshakeTimeout: c.cfg.Handshake,
		// Slack drops a message that comes in several frames, and gorilla splits what
		// does not fit into its buffer.
		WriteBufferSize: 32 << 10,
	}
	ws, resp, err := dialer.DialContext(ctx, address, nil)
	if resp != nil && errors.Is(err, websocket.ErrBadHandshake) {
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		err = &busyError{resp.StatusCode, time.Duration(seconds) * time.Second}
	}
	if err != nil {
		return nil, fmt.Errorf("dial socket: %w", slackcall.ExplainCertificate(err))
	}
	return ws, nil
}

// isTrusted tells whether a ticket may be sent to the address: encrypted, or to this machine.
func isTrusted(u *url.URL) bool {
	if u.Scheme == "wss" {
		return u.Host != ""
	}
	host := u.Hostname()
	return u.Scheme == "ws" && (host == "localhost" || net.ParseIP(host).IsLoopback())
}

// withoutALPN gives the TLS settings for what is not HTTP/2.
func withoutALPN(cfg *tls.Config) *tls.Config {
	if cfg == nil {
		return &tls.Config{}
	}
	cfg = cfg.Clone()
	cfg.NextProtos = nil
	return cfg
}

// dialVia connects to addr, the host of target, by the proxy that t has for it, if any.
func dialVia(ctx context.Context, t *http.Transport, target *url.URL, network, addr string) (net.Conn, error) {
	via, err := proxyFor(t, target)
	if err != nil {
		return nil, err
	}
	if via == nil {
		return t.DialContext(ctx, network, addr)
	}
	var conn net.Conn
	switch via.Scheme {
	case "http", "https":
		conn, err = dialHTTPProxy(ctx, t, via, addr)
	case "socks5", "socks5h": // with either, the proxy looks the name up
		conn, err = dialSOCKS(ctx, t, via, addr)
	default:
		err = fmt.Errorf("unknown kind of proxy %q", via.Scheme)
	}
	if err != nil {
		return nil, &net.OpError{Op: "proxyconnect", Net: network, Err: err}
	}
	return conn, nil
}

func proxyFor(t *http.Transport, target *url.URL) (*url.URL, error) {
	if t.Proxy == nil {
		return nil, nil
	}
	u := *target
	u.Scheme = "https"
	if target.Scheme == "ws" {
		u.Scheme = "http"
	}
	via, err := t.Proxy(&http.Request{Method: http.MethodGet, URL: &u, Host: u.Host})
	if err != nil {
		// The error of net/http quotes the setting, and with it perhaps a password.
		return nil, errors.New("the proxy's address cannot be read")
	}
	return via, nil
}

// proxyPorts are those that an address of a proxy may leave out.
var proxyPorts = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}

func proxyAddr(via *url.URL) string {
	port := via.Port()
	if port == "" {
		port = proxyPorts[via.Scheme]
	}
	return net.JoinHostPort(via.Hostname(), port)
}

// dialHTTPProxy has a proxy connect to addr, by CONNECT.
func dialHTTPProxy(ctx context.Context, t *http.Transport, via *url.URL, addr string) (net.Conn, error) {
	conn, err := t.DialContext(ctx, "tcp", proxyAddr(via))
	if err != nil {
		return nil, err
	}
	if via.Scheme == "https" {
		cfg := withoutALPN(t.TLSClientConfig)
		cfg.ServerName = via.Hostname()
		secured := tls.Client(conn, cfg)
		if err := secured.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, fmt.Errorf("TLS to the proxy: %w", err)
		}
		conn = secured
	}
	if err := askProxy(ctx, conn, via, addr); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

func askProxy(ctx context.Context, conn net.Conn, via *url.URL, addr string) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	ask := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: make(http.Header)}
	if via.User != nil {
		password, _ := via.User.Password()
		secret := base64.StdEncoding.EncodeToString([]byte(via.User.Username() + ":" + password))
		ask.Header.Set("Proxy-Authorization", "Basic "+secret)
	}
	if err := ask.Write(conn); err != nil {
		return err
	}
	// Nothing of what comes behind the answer can be lost in this reader: with TLS, the
	// client speaks first.
	answer, err := http.ReadResponse(bufio.NewReader(conn), ask)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the proxy answers %d", answer.StatusCode)
	}
	if !stop() {
		return ctx.Err()
	}
	return nil
}

// dialSOCKS has a SOCKS5 proxy connect to addr.
func dialSOCKS(ctx context.Context, t *http.Transport, via *url.URL, addr string) (net.Conn, error) {
	var auth *proxy.Auth
	if via.User != nil {
		password, _ := via.User.Password()
		auth = &proxy.Auth{User: via.User.Username(), Password: password}
	}
	d, err := proxy.SOCKS5("tcp", proxyAddr(via), auth, forward(t.DialContext))
	if err != nil {
		return nil, err
	}
	return d.(proxy.ContextDialer).DialContext(ctx, "tcp", addr)
}

// forward is how the SOCKS library reaches the proxy.
type forward func(ctx context.Context, network, addr string) (net.Conn, error)

func (f forward) Dial(network, addr string) (net.Conn, error) {
	return f(context.Background(), network, addr)
}

func (f forward) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return f(ctx, network, addr)
}
