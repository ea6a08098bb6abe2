// Package proxytest has real proxies on loopback, for tests of programs that must go
// through one. It knows nothing of what goes through.
package proxytest

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
)

const user, password = "proxy-user", "p@ss:word"

// Proxy is a proxy that is running.
type Proxy struct {
	t        testing.TB
	kind     string
	target   string
	listener net.Listener

	mu    sync.Mutex
	asked []string
	shut  []string // hosts that it does not lead to
	open  []net.Conn
}

// Start runs a proxy of a kind, which is the scheme of its address (http, https, socks5,
// socks5h), until the test ends. It wants a user and a password, and leads to target
// whatever host it is asked for. cert is for https only.
func Start(t testing.TB, kind, target string, cert tls.Certificate) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if kind == "https" {
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{cert}})
	}
	p := &Proxy{t: t, kind: kind, target: target, listener: listener}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			p.keep(conn)
			serving.Go(func() { p.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		p.mu.Lock()
		for _, conn := range p.open {
			_ = conn.Close()
		}
		p.mu.Unlock()
		serving.Wait()
	})
	return p
}

// URL is the proxy's address with the user and the password.
func (p *Proxy) URL() *url.URL {
	return &url.URL{Scheme: p.kind, User: url.UserPassword(user, password), Host: p.listener.Addr().String()}
}

// Asked gives the hosts, with ports, that it was asked for, each once.
func (p *Proxy) Asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// Refuse makes the proxy lead to none of these hosts, given with their ports.
func (p *Proxy) Refuse(hosts ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shut = append(p.shut, hosts...)
}

func (p *Proxy) isShut(host string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.shut, host)
}

func (p *Proxy) keep(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = append(p.open, conn)
}

func (p *Proxy) note(host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.asked, host) {
		p.asked = append(p.asked, host)
	}
}

func (p *Proxy) serve(conn net.Conn) {
	defer conn.Close()
	from := bufio.NewReader(conn)
	meet := meetHTTP
	if p.kind == "socks5" || p.kind == "socks5h" {
		meet = meetSOCKS
	}
	host, agree, err := meet(conn, from)
	if err != nil {
		return // the client notices
	}
	p.note(host)
	if p.isShut(host) {
		_, _ = conn.Write(refusals[p.kind])
		return
	}
	far, err := net.Dial("tcp", p.target)
	if err != nil {
		p.t.Errorf("proxy: %v", err)
		return
	}
	defer far.Close()
	p.keep(far)
	if _, err := conn.Write(agree); err != nil {
		return
	}
	var back sync.WaitGroup
	back.Go(func() { _, _ = io.Copy(conn, far); _ = conn.Close() })
	_, _ = io.Copy(far, from)
	_ = far.Close()
	back.Wait()
}

// refusals are what a kind of proxy answers where it does not lead.
var refusals = map[string][]byte{
	"http":    []byte("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
	"https":   []byte("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
	"socks5":  {5, 2, 0, 1, 0, 0, 0, 0, 0, 0},
	"socks5h": {5, 2, 0, 1, 0, 0, 0, 0, 0, 0},
}

// meetHTTP reads a CONNECT. It gives the host that is asked for, and what to answer.
func meetHTTP(conn net.Conn, from *bufio.Reader) (host string, agree []byte, err error) {
	r, err := http.ReadRequest(from)
	if err != nil {
		return "", nil, err
	}
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") != want {
		_, _ = io.WriteString(conn, "HTTP/1.1 407\r\nContent-Length: 0\r\n\r\n") // without a reason phrase
		return "", nil, errors.New("refused")
	}
	return r.Host, []byte("HTTP/1.1 200 Connection established\r\n\r\n"), nil
}

// meetSOCKS does the same for SOCKS5 (RFC 1928 and 1929).
func meetSOCKS(conn net.Conn, from *bufio.Reader) (host string, agree []byte, err error) {
	if _, err := short(from, 1); err != nil { // version, methods
		return "", nil, err
	}
	if _, err := conn.Write([]byte{5, 2}); err != nil { // user and password, please
		return "", nil, err
	}
	name, err := short(from, 1) // version, name
	if err != nil {
		return "", nil, err
	}
	secret, err := short(from, 0)
	if err != nil {
		return "", nil, err
	}
	if string(name) != user || string(secret) != password {
		_, _ = conn.Write([]byte{1, 1})
		return "", nil, errors.New("refused")
	}
	if _, err := conn.Write([]byte{1, 0}); err != nil {
		return "", nil, err
	}
	head := make([]byte, 4) // version, command, nothing, kind of address
	if _, err := io.ReadFull(from, head); err != nil {
		return "", nil, err
	}
	if head[1] != 1 || head[3] != 3 {
		return "", nil, errors.New("not a connection to a named host")
	}
	domain, err := short(from, 0)
	if err != nil {
		return "", nil, err
	}
	var port [2]byte
	if _, err := io.ReadFull(from, port[:]); err != nil {
		return "", nil, err
	}
	host = net.JoinHostPort(string(domain), fmt.Sprint(binary.BigEndian.Uint16(port[:])))
	return host, []byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0}, nil
}

// short reads skip bytes, a length, and as many bytes.
func short(from *bufio.Reader, skip int) ([]byte, error) {
	head := make([]byte, skip+1)
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}
	body := make([]byte, head[skip])
	_, err := io.ReadFull(from, body)
	return body, err
}
