package azeer

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// What a zero Config stands for.
const (
	DefaultBaseURL   = "https://api.mottasl.ai/v1"
	DefaultUserAgent = "azeer-go/1"
	DefaultTimeout   = 10 * time.Second
	DefaultBackoff   = 250 * time.Millisecond
)

// Config is all that is optional about a Client.
type Config struct {
	// BaseURL is where the API lives, version included. It must be https, except on
	// loopback. Empty: DefaultBaseURL.
	BaseURL string
	// Transport carries the requests. Nil: one of the client's own, with certificates
	// verified. Another one must call the hooks of net/http/httptrace, as
	// *http.Transport and wrappers around it do, or else every failure of it counts as
	// Perhaps; and it must not repeat a POST that may have been written.
	Transport http.RoundTripper
	// UserAgent names the program to Azeer. Empty: DefaultUserAgent.
	UserAgent string
	// Timeout bounds one call of a method: connecting, all its tries, and reading the
	// answer. Zero: DefaultTimeout.
	Timeout time.Duration
	// Backoff is the pause before a read is tried again, doubled each time. Zero:
	// DefaultBackoff.
	Backoff time.Duration
}

// Client talks to one Azeer account. It is safe for concurrent use.
type Client struct {
	base string
	// Key is a function so that no way of printing a Client can show it.
	key       func() string
	http      *http.Client
	userAgent string
	timeout   time.Duration
	backoff   time.Duration
}

// New makes a client that uses the given API key; white space around the key is removed.
// It makes no call. A Config that cannot work, or would send the key in the
// clear, is an error; the error never quotes the key or the URL.
//
// Where keys come from: docs.azeer.com, "API Authentication" (doc-752727).
func New(key string, cfg Config) (*Client, error) {
	key = strings.TrimSpace(key)
	if err := checkKey(key); err != nil {
		return nil, err
	}
	base, err := checkBaseURL(orDefault(cfg.BaseURL, DefaultBaseURL))
	if err != nil {
		return nil, err
	}
	transport, err := checkTransport(cfg.Transport)
	if err != nil {
		return nil, err
	}
	userAgent := orDefault(cfg.UserAgent, DefaultUserAgent)
	if !httpguts.ValidHeaderFieldValue(userAgent) {
		return nil, errors.New("user agent: has characters that no header may hold")
	}
	if cfg.Timeout < 0 || cfg.Backoff < 0 {
		return nil, errors.New("timeout and backoff: must not be negative")
	}
	return &Client{
		base:      base,
		key:       func() string { return key },
		http:      &http.Client{Transport: transport, CheckRedirect: checkRedirect},
		userAgent: userAgent,
		timeout:   orDefault(cfg.Timeout, DefaultTimeout),
		backoff:   orDefault(cfg.Backoff, DefaultBackoff),
	}, nil
}

// String names the API's address and nothing else.
func (c *Client) String() string { return "azeer client of " + c.base }

// Format writes String under every verb of fmt.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// checkKey refuses what was surely pasted wrongly. Real keys are long, and nothing is
// known about their form that would be safe to insist on.
func checkKey(key string) error {
	if key == "" {
		return errors.New("key: is empty")
	}
	for _, r := range key {
		if r <= ' ' || r > '~' {
			return errors.New("key: has a space, a line break or another character that no key holds")
		}
	}
	return nil
}

func checkBaseURL(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return "", errors.New("base URL: is not an absolute URL")
	case u.User != nil:
		return "", errors.New("base URL: must not hold a user or password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("base URL: must end with its path")
	case u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()):
		return strings.TrimRight(u.String(), "/"), nil
	}
	return "", errors.New("base URL: must be https, except on loopback")
}

func isLoopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

func checkTransport(given http.RoundTripper) (http.RoundTripper, error) {
	switch t := given.(type) {
	case nil:
		return newTransport(), nil
	case *http.Transport:
		if t == nil {
			return nil, errors.New("transport: is a nil *http.Transport")
		}
		if t.TLSClientConfig != nil && t.TLSClientConfig.InsecureSkipVerify {
			return nil, errors.New("transport: must verify certificates")
		}
	}
	return given, nil
}

func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 8
	// Servers commonly drop idle connections after 60 s or more. Dropping them first
	// avoids writing a request into a connection that is just being closed, after which
	// nobody knows whether it was read.
	t.IdleConnTimeout = 30 * time.Second
	// Without pings, calls would time out for minutes on an HTTP/2 connection gone silent.
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 5 * time.Second, PingTimeout: 3 * time.Second}
	return t
}
