package azeer

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var (
	// ErrUnrecognised says that a 2xx answer had none of the shapes this package reads. The
	// error around it names the top-level keys of the answer, never a value.
	ErrUnrecognised = errors.New("unrecognised answer")
	// ErrWebPage is an ErrUnrecognised: a web page came in place of an answer, as proxies and
	// login pages send them.
	ErrWebPage = fmt.Errorf("%w: a web page", ErrUnrecognised)
	// ErrInvalid says that an argument was refused before anything was sent.
	ErrInvalid = errors.New("invalid argument")
	// ErrNotAgent says that what was asked for exists but calls itself no agent.
	ErrNotAgent = errors.New("not an agent")

	errTooLarge = errors.New("answer too large")
)

// Effect is what an error means for what was to be done.
type Effect int

const (
	// Perhaps carried out: the request went out and no clear word came back (a timeout, a
	// lost connection, 500, 502, 504, a garbled answer).
	Perhaps Effect = iota
	// NotDone: surely not carried out, and trying later may help (never connected, 429,
	// 503).
	NotDone
	// Refused: Azeer, or this package before sending, said no; the same again brings the
	// same (other 4xx, a redirect, success:false).
	Refused
)

func (e Effect) String() string {
	switch e {
	case NotDone:
		return "not carried out"
	case Refused:
		return "refused"
	}
	return "perhaps carried out"
}

// Error is the error of every call. For a read, which changes nothing, Effect only
// tells whether trying again may help: not after Refused.
type Error struct {
	// Op is what was tried: "assign contact", "list agents" or "read agent".
	Op string
	// Status is the HTTP status that decided; 0 if no answer came, or a 2xx whose body
	// could not be read or recognised.
	Status int
	// Message is Azeer's own explanation in plain text, at most 300 characters, empty if
	// there was none. It may hold personal data. It never holds the key.
	Message string
	// RetryAfter is how long Azeer asked to wait, at most a day; 0 if it did not ask.
	RetryAfter time.Duration
	// Effect says whether it was carried out.
	Effect Effect
	// Err is the cause, nil after a plain status. If the caller's context ended, it is the
	// context's error. Its own text may hold words of the server.
	Err error
}

// Error says what was tried, what came back, what that means and, unless it was a read,
// the Effect. It holds neither the key nor personal data nor words of the vendor.
func (e *Error) Error() string {
	var parts []string
	if e.Status != 0 {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("status %d %s", e.Status, http.StatusText(e.Status))))
	}
	if e.Err != nil {
		parts = append(parts, describe(e.Err))
	}
	if hint := e.Hint(); hint != "" {
		parts = append(parts, hint)
	}
	text := e.Op + ": " + strings.Join(parts, ": ")
	if e.isRead() {
		return text
	}
	return fmt.Sprintf("%s (%s)", text, e.Effect)
}

func (e *Error) isRead() bool { return e.Op == opList || e.Op == opRead }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Hint is what the status most likely means, as far as anybody knows: Azeer
// documents only 400 and 500 for assigning. Empty if the status says nothing.
func (e *Error) Hint() string {
	switch {
	case e.Status >= 200 && e.Status < 300 && e.Err == nil:
		return "azeer said no"
	case e.Status >= 300 && e.Status < 400:
		return "a redirect that was not followed; check the base URL"
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusForbidden:
		return "the key is wrong, revoked or read-only"
	case e.Status == http.StatusPaymentRequired:
		return "a limit of the plan or of its seats"
	case e.Status == http.StatusBadRequest, e.Status == http.StatusNotFound:
		return e.unknown()
	case e.Status == http.StatusTooManyRequests:
		return "too many requests"
	case e.Status >= 500 && e.isRead():
		return "a fault at azeer"
	case e.Status >= 500:
		return "a fault at azeer, or contact or agent unknown"
	}
	return ""
}

// unknown names what Azeer may have missed.
func (e *Error) unknown() string {
	switch e.Op {
	case opList:
		return "check the base URL"
	case opRead:
		return "agent unknown"
	}
	return "contact or agent unknown, or a bad phone"
}

// passing tells whether a read may be tried again at once.
func (e *Error) passing() bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case 0:
		var untrusted *tls.CertificateVerificationError
		return e.Effect != Refused && !isContext(e.Err) &&
			!errors.Is(e.Err, errTooLarge) && !errors.As(e.Err, &untrusted)
	}
	return false
}

// checkResponse is the one place that turns a status into an error. It gives nil for 2xx.
func (c *Client) checkResponse(ctx context.Context, op string, resp *http.Response) *Error {
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return nil
	}
	fault := &Error{
		Op:         op,
		Status:     resp.StatusCode,
		Effect:     effectOf(resp.StatusCode),
		RetryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now()),
	}
	// Half a body is still worth reading, and the status stands without any.
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if err != nil && ctx.Err() != nil {
		fault.Err = ctx.Err()
	}
	fault.Message = c.clean(message(body))
	return fault
}

func effectOf(status int) Effect {
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return NotDone
	case status >= 500, status == http.StatusRequestTimeout:
		return Perhaps
	}
	return Refused
}

// maxRetryAfter bounds what is believed of a server, and keeps durations from overflowing.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads the header of that name: seconds, or a date (RFC 9110, 10.2.3). What
// it cannot read, or what is past, is 0.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.ParseUint(value, 10, 64)
		if err != nil || seconds > uint64(maxRetryAfter/time.Second) {
			return maxRetryAfter
		}
		return time.Duration(seconds) * time.Second
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(date.Sub(now), 0), maxRetryAfter)
}

// describe names a cause in our own words, since those of the network layers may quote
// what the server sent.
func describe(err error) string {
	var (
		dns       *net.DNSError
		untrusted *tls.CertificateVerificationError
		op        *net.OpError
		timeout   interface{ Timeout() bool }
	)
	switch {
	case errors.Is(err, ErrUnrecognised), errors.Is(err, ErrInvalid),
		errors.Is(err, ErrNotAgent), errors.Is(err, errTooLarge):
		return err.Error()
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.As(err, &dns):
		return "host not found"
	case errors.As(err, &untrusted):
		return "certificate not trusted (SSL_CERT_FILE may name a file with that of its CA)"
	case errors.As(err, &op) && op.Op == "dial":
		return "no connection"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection lost"
	}
	return "no usable answer"
}

func isContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
