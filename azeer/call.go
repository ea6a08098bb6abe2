package azeer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

const (
	// maxAnswer is far above a list of some thousand agents.
	maxAnswer = 8 << 20
	// maxErrorBody is what is read of the body beside a status that is not 2xx.
	maxErrorBody = 64 << 10

	maxTries     = 3
	maxRedirects = 5
)

// call is one request of the API.
type call struct {
	op     string
	method string
	path   string // below the base URL, escaped
	body   []byte // JSON, or nil
}

// answer is a complete 2xx answer.
type answer struct {
	status int
	body   []byte
}

// do sends the call and reads the answer, within the client's timeout. Reads are sent
// again after failures that pass; writes are sent once.
func (c *Client) do(ctx context.Context, k call) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	for try := 1; ; try++ {
		got, fault := c.once(ctx, k)
		if fault == nil {
			return got, nil
		}
		pause := max(c.backoff<<(try-1), fault.RetryAfter)
		if k.method != http.MethodGet || try == maxTries || !fault.passing() || !fits(ctx, pause) {
			return answer{}, fault
		}
		if err := wait(ctx, pause); err != nil {
			fault.Err = err
			return answer{}, fault
		}
	}
}

// once sends the call once.
func (c *Client) once(ctx context.Context, k call) (answer, *Error) {
	if err := ctx.Err(); err != nil {
		return answer{}, &Error{Op: k.op, Effect: NotDone, Err: err}
	}
	var w wire
	req, err := c.request(w.watch(ctx), k)
	if err != nil {
		return answer{}, &Error{Op: k.op, Effect: Refused, Err: err}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, &Error{Op: k.op, Effect: w.effect(), Err: cause(ctx, err)}
	}
	defer resp.Body.Close()
	if fault := c.checkResponse(ctx, k.op, resp); fault != nil {
		return answer{}, fault
	}
	body, err := readAtMost(resp.Body, maxAnswer)
	if err != nil {
		// The status said yes, but the body might have said no.
		return answer{}, &Error{Op: k.op, Effect: Perhaps, Err: cause(ctx, err)}
	}
	return answer{status: resp.StatusCode, body: body}, nil
}

func (c *Client) request(ctx context.Context, k call) (*http.Request, error) {
	var body io.Reader
	if k.body != nil {
		body = bytes.NewReader(k.body)
	}
	req, err := http.NewRequestWithContext(ctx, k.method, c.base+k.path, body)
	if err != nil {
		return nil, errors.New("build request")
	}
	req.Header.Set("Authorization", "Bearer "+c.key())
	req.Header.Set("Accept", "application/json")
	// The vendor's examples send it with a GET, too.
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	return req, nil
}

// checkRedirect follows a redirect only where the same request goes to the same server.
// Any other one comes back as it is and becomes an error in checkResponse.
func checkRedirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	same := next.URL.Scheme == first.URL.Scheme && next.URL.Host == first.URL.Host &&
		next.Method == first.Method
	if !same || len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

// wire notes how far a request came.
type wire struct{ sought, connected atomic.Bool }

// watch notes in w what becomes of a request made with the context it returns.
//
// A second GetConn starts afresh: net/http sends a POST again only if nothing of it was
// written on a connection found dead, or if the server declared it unread, or
// redirected it.
func (w *wire) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { w.connected.Store(false); w.sought.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.connected.Store(true) },
	})
}

// effect of a request that brought no answer. Once there is a connection the writing
// goes on beside us, and may finish after we stopped waiting: hence GotConn is the border,
// not WroteRequest.
func (w *wire) effect() Effect {
	if w.sought.Load() && !w.connected.Load() {
		return NotDone
	}
	return Perhaps
}

// cause finds what went wrong. The end of the context wins over what it led to, and the
// URL, which may hold an id, is dropped.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var withURL *url.Error
	if errors.As(err, &withURL) {
		return withURL.Err
	}
	return err
}

// readAtMost reads all of r, or fails with errTooLarge beyond limit bytes.
func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		return nil, fmt.Errorf("%w: over %d bytes", errTooLarge, limit)
	}
	return body, err
}

// fits tells whether there is a point in a pause: some time must be left after it.
func fits(ctx context.Context, pause time.Duration) bool {
	end, ok := ctx.Deadline()
	return !ok || time.Until(end) > pause
}

func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
