// Package slackcall is how to call Slack's Web API: what an error means, and whether and
// when to try again. It does not know what is called.
package slackcall

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"azeer-slack/internal/retry"

	"github.com/slack-go/slack"
)

const (
	// Timeout is for one call to Slack.
	Timeout = 10 * time.Second
	// longestAsked is the longest Retry-After that is waited for within one way.
	longestAsked = 30 * time.Second
)

// ErrNoRoute says that a way of answering cannot be gone, now or later.
var ErrNoRoute = errors.New("no way there")

// Retry calls do until it succeeds, cannot, or has been tried often enough.
func Retry(ctx context.Context, tries int, do func(context.Context) error) error {
	wait := 300 * time.Millisecond
	for n := 1; ; n++ {
		one, cancel := context.WithTimeout(ctx, Timeout)
		err := do(one)
		cancel()
		asked := RetryAfter(err)
		if err == nil || n == tries || !IsTemporary(err) || asked > longestAsked {
			return err
		}
		if !retry.Sleep(ctx, max(asked, wait/2+rand.N(wait))) {
			return ctx.Err()
		}
		wait *= 2
	}
}

// IsTemporary tells whether trying again may help: rate limits, server errors, and the
// network, but not what Slack says about the message or the place.
func IsTemporary(err error) bool {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	var said slack.SlackErrorResponse
	var network net.Error
	switch {
	case errors.Is(err, ErrNoRoute):
		return false
	case errors.As(err, &limited):
		return true
	case errors.As(err, &status):
		return status.Retryable()
	case errors.As(err, &said):
		switch said.Err {
		case "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout":
			return true
		}
		return false
	}
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// RetryAfter is how long Slack asked us to wait; 0 if it did not.
func RetryAfter(err error) time.Duration {
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		return limited.RetryAfter
	}
	return 0
}

// IsHashConflict tells that another process has published a newer view.
func IsHashConflict(err error) bool {
	var said slack.SlackErrorResponse
	return errors.As(err, &said) && said.Err == "hash_conflict"
}

// IsViewGone tells that a view has been closed.
func IsViewGone(err error) bool {
	var said slack.SlackErrorResponse
	return errors.As(err, &said) && said.Err == "not_found"
}

// AnswersAtOnce is how many answers are given at the same time, at most: as many as
// assign.Config.Answerers is by default.
const AnswersAtOnce = 16

// NewHTTP makes a client for calls to Slack that keeps a connection for each of them:
// net/http's own would keep two and open a new one for every answer beyond.
func NewHTTP(timeout time.Duration) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = AnswersAtOnce
	transport.IdleConnTimeout = 30 * time.Second // sooner than servers close them
	return &http.Client{Transport: limited{transport, timeout}}
}

// limited is a transport whose requests end in time, and whose errors about certificates say what
// to do. The Timeout of http.Client would start a goroutine for each request, since this is no
// transport that it knows.
type limited struct {
	*http.Transport
	timeout time.Duration
}

func (t limited) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := r.Context(), func() {}
	if end, ok := ctx.Deadline(); !ok || time.Until(end) > t.timeout {
		ctx, cancel = context.WithTimeout(ctx, t.timeout)
		r = r.WithContext(ctx)
	}
	resp, err := t.Transport.RoundTrip(r)
	if err != nil {
		cancel()
		return nil, ExplainCertificate(err)
	}
	resp.Body = body{resp.Body, cancel}
	return resp, nil
}

// body ends the time of its request when it is closed.
type body struct {
	io.ReadCloser
	end context.CancelFunc
}

func (b body) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}

// ExplainCertificate adds the cure to an error about a certificate of nobody whom this machine
// trusts; other errors stay as they are.
func ExplainCertificate(err error) error {
	if err == nil || !errors.As(err, new(x509.UnknownAuthorityError)) {
		return err
	}
	return fmt.Errorf("this machine does not trust the certificate, perhaps that of a proxy that looks into what it passes on: "+
		"put its CA's certificate (PEM) into a file, and name it in SSL_CERT_FILE: %w", err)
}
