package azeer_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/azeer"
)

// raw is a server that handles bare connections, to misbehave below HTTP. It waits for
// its handlers when the test ends.
func raw(t *testing.T, handle func(n int, conn net.Conn)) (base string, listener net.Listener) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := 1; ; n++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			handle(n, conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return "http://" + listener.Addr().String() + "/prefix/v1", listener
}

// readRequest reads one whole request, so that closing afterwards loses the answer only.
func readRequest(r *bufio.Reader) bool {
	req, err := http.ReadRequest(r)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, req.Body)
	return err == nil
}

const yes = "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"success\":true}"

func TestAssignNeverConnectedIsNotDone(t *testing.T) {
	t.Parallel()
	t.Run("connection refused", func(t *testing.T) {
		t.Parallel()
		base, listener := raw(t, func(int, net.Conn) {})
		_ = listener.Close()
		_, err := assign(newClient(t, base, azeer.Config{}))
		if f := wantEffect(t, err, azeer.NotDone); !strings.Contains(f.Error(), "no connection") || f.Status != 0 {
			t.Errorf("got %v", f)
		}
	})
	t.Run("host not found", func(t *testing.T) {
		t.Parallel()
		transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "omar", IsNotFound: true}}
		}}
		_, err := assign(newClient(t, "https://api.example.com", azeer.Config{Transport: transport}))
		if f := wantEffect(t, err, azeer.NotDone); !strings.Contains(f.Error(), "host not found") {
			t.Errorf("got %v", f)
		}
	})
	t.Run("certificate not trusted", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewUnstartedServer(says(200, `{}`))
		server.Config.ErrorLog = quiet
		server.StartTLS()
		t.Cleanup(server.Close)
		client, err := azeer.New(key, azeer.Config{BaseURL: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		_, err = assign(client)
		if f := wantEffect(t, err, azeer.NotDone); !strings.Contains(f.Error(), "certificate not trusted") {
			t.Errorf("got %v", f)
		}
	})
}

func TestAssignCancelledBeforeSendingIsNotDone(t *testing.T) {
	t.Parallel()
	t.Run("already cancelled", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
		_, err := client.Assign(ctx, contact, omar)
		if wantEffect(t, err, azeer.NotDone); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v, want context.Canceled", err)
		}
	})
	t.Run("cancelled while connecting", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(context.Background())
		hungUp := make(chan struct{})
		defer close(hungUp)
		transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			cancel()
			<-hungUp
			return nil, net.ErrClosed
		}}
		_, err := newClient(t, "https://api.example.com", azeer.Config{Transport: transport}).Assign(ctx, contact, omar)
		if wantEffect(t, err, azeer.NotDone); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v, want context.Canceled", err)
		}
	})
}

func TestAssignWithoutClearWordIsPerhaps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reply, want string
	}{
		"connection cut":               {"", "connection lost"},
		"cut in the headers":           {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n", "connection lost"},
		"cut in a header":              {"HTTP/1.1 200 OK\r\nomar", "no usable answer"},
		"cut in the body":              {"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"success\":", "connection lost"},
		"cut in a chunk":               {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"a", "connection lost"},
		"not HTTP":                     {"omar@twerlo.com 966544444444\r\n\r\n", "no usable answer"},
		"a bad status":                 {"HTTP/1.1 omar Oops\r\n\r\n", "no usable answer"},
		"a redirect to nowhere at all": {"HTTP/1.1 307 T\r\nLocation: http://omar:%zz\r\nContent-Length: 0\r\n\r\n", "no usable answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			base, _ := raw(t, func(_ int, conn net.Conn) {
				if readRequest(bufio.NewReader(conn)) {
					requests.Add(1)
					_, _ = io.WriteString(conn, c.reply)
				}
			})
			_, err := assign(newClient(t, base, azeer.Config{}))
			f := wantEffect(t, err, azeer.Perhaps)
			if f.Status != 0 || !strings.Contains(f.Error(), c.want) {
				t.Errorf("got %v with status %d, want %q", f, f.Status, c.want)
			}
			if n := requests.Load(); n != 1 {
				t.Errorf("%d requests arrived, want 1", n)
			}
		})
	}
}

func TestAssignStatusStandsThoughItsBodyIsCut(t *testing.T) {
	t.Parallel()
	base, _ := raw(t, func(_ int, conn net.Conn) {
		readRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 404 Not Found\r\nContent-Length: 99\r\n\r\nno such contact")
	})
	_, err := assign(newClient(t, base, azeer.Config{}))
	if f := wantEffect(t, err, azeer.Refused); f.Status != 404 || f.Message != "no such contact" {
		t.Errorf("got %#v", f)
	}
}

// A status that came counts, though the caller stopped waiting for what comes with it.
func TestAssignCancelledAfterTheStatus(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader("no room"), read(func([]byte) (int, error) {
			cancel()
			return 0, ctx.Err()
		}))
		return &http.Response{StatusCode: 503, Header: http.Header{}, Body: io.NopCloser(body), Request: r}, nil
	})
	_, err := newClient(t, "https://api.example.com", azeer.Config{Transport: transport}).Assign(ctx, contact, omar)
	f := wantEffect(t, err, azeer.NotDone)
	if f.Status != 503 || f.Message != "no room" || !errors.Is(err, context.Canceled) {
		t.Errorf("got %#v", f)
	}
}

type read func([]byte) (int, error)

func (f read) Read(p []byte) (int, error) { return f(p) }

func TestAssignCancelledWhileWaitingIsPerhaps(t *testing.T) {
	t.Parallel()
	for name, head := range map[string]string{"for the answer": "", "for its body": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(context.Background())
			base, _ := raw(t, func(_ int, conn net.Conn) {
				r := bufio.NewReader(conn)
				readRequest(r)
				_, _ = io.WriteString(conn, head)
				cancel()
				_, _ = r.ReadByte() // until the client hangs up
			})
			_, err := newClient(t, base, azeer.Config{}).Assign(ctx, contact, omar)
			if f := wantEffect(t, err, azeer.Perhaps); !errors.Is(err, context.Canceled) || !strings.Contains(f.Error(), "cancelled") {
				t.Errorf("error is %v, want context.Canceled", err)
			}
		})
	}
}

// Server and client share a pipe here, so that the ten seconds pass at once.
func TestAssignTimesOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cfg  time.Duration
		head string
		want time.Duration
	}{
		"after ten seconds":        {0, "", 10 * time.Second},
		"as configured":            {time.Second, "", time.Second},
		"in the middle of a body":  {0, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", 10 * time.Second},
		"in the middle of a chunk": {0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{", 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := piped(func(_ int, conn net.Conn) {
					r := bufio.NewReader(conn)
					readRequest(r)
					_, _ = io.WriteString(conn, c.head)
					_, _ = r.ReadByte()
				})
				client := newClient(t, "http://127.0.0.1:1", azeer.Config{Transport: transport, Timeout: c.cfg})
				start := time.Now()
				_, err := assign(client)
				f := wantEffect(t, err, azeer.Perhaps)
				if took := time.Since(start); took != c.want || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("after %s: %v", took, err)
				}
				if !strings.Contains(f.Error(), "no answer in time") {
					t.Errorf("got %v", f)
				}
				transport.CloseIdleConnections()
			})
		})
	}
}

func TestAssignTimesOutConnecting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hungUp := make(chan struct{})
		defer close(hungUp)
		transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			<-hungUp
			return nil, net.ErrClosed
		}}
		_, err := assign(newClient(t, "https://api.example.com", azeer.Config{Transport: transport}))
		if wantEffect(t, err, azeer.NotDone); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}
	})
}

// piped is a transport whose n-th connection is a pipe to handle.
func piped(handle func(n int, conn net.Conn)) *http.Transport {
	var dialled atomic.Int32
	return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		n := int(dialled.Add(1))
		go func() {
			defer there.Close()
			handle(n, there)
		}()
		return here, nil
	}}
}

func TestAssignOnAConnectionReadAndThenClosedIsPerhapsAndNotSentAgain(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	base, _ := raw(t, func(_ int, conn net.Conn) {
		r := bufio.NewReader(conn)
		for readRequest(r) {
			if requests.Add(1) == 2 {
				return
			}
			_, _ = io.WriteString(conn, yes)
		}
	})
	client := newClient(t, base, azeer.Config{})
	if _, err := assign(client); err != nil {
		t.Fatal(err)
	}
	_, err := assign(client)
	wantEffect(t, err, azeer.Perhaps)
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests arrived, want 2", n)
	}
}

func TestAssignOnAConnectionClosedBetweenCallsIsNeverRefused(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{})
	base, listener := raw(t, func(_ int, conn net.Conn) {
		readRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, yes)
		_ = conn.Close()
		close(closed)
	})
	client := newClient(t, base, azeer.Config{})
	if _, err := assign(client); err != nil {
		t.Fatal(err)
	}
	<-closed
	_ = listener.Close()
	// Whether the closing was noticed before writing is a race that the client must
	// survive: noticed, it dials and is refused; unnoticed, it cannot know.
	_, err := assign(client)
	if f := fault(t, err); f.Effect == azeer.Refused {
		t.Errorf("got %v", f)
	}
}

func TestAssignOnAConnectionClosedAfterEachAnswerCountsOnce(t *testing.T) {
	t.Parallel()
	var requests, succeeded, perhaps int32
	counted := make(chan struct{}, 1000)
	base, _ := raw(t, func(_ int, conn net.Conn) {
		r := bufio.NewReader(conn)
		if readRequest(r) {
			counted <- struct{}{}
			_, _ = io.WriteString(conn, yes)
		}
	})
	client := newClient(t, base, azeer.Config{})
	for range 200 {
		switch _, err := assign(client); {
		case err == nil:
			succeeded++
		case wantEffect(t, err, azeer.Perhaps) != nil:
			perhaps++
		}
	}
	requests = int32(len(counted))
	if requests < succeeded || requests > succeeded+perhaps {
		t.Errorf("%d requests arrived, for %d successes and %d perhaps", requests, succeeded, perhaps)
	}
}

func TestAssignWithATransportThatTellsNothing(t *testing.T) {
	t.Parallel()
	transport := roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })
	_, err := assign(newClient(t, "https://api.example.com", azeer.Config{Transport: transport}))
	wantEffect(t, err, azeer.Perhaps)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestHTTP2(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("request came over %s", r.Proto)
		}
		if requests.Add(1) == 2 {
			panic(http.ErrAbortHandler)
		}
		says(200, `{"success":true}`)(w, r)
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = quiet
	server.StartTLS()
	t.Cleanup(server.Close)
	client := newClient(t, server.URL, azeer.Config{Transport: server.Client().Transport})
	if _, err := assign(client); err != nil {
		t.Fatal(err)
	}
	_, err := assign(client)
	wantEffect(t, err, azeer.Perhaps)
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests arrived, want 2", n)
	}
	server.Close()
	_, err = assign(client)
	wantEffect(t, err, azeer.NotDone)
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	var strayed atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed.Add(1) }))
	t.Cleanup(elsewhere.Close)
	redirect := func(status int, to string) *azeer.Client {
		return serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/moved") {
				if r.Header.Get("Authorization") != "Bearer "+key {
					t.Error("the key was lost on the way")
				}
				if body, _ := io.ReadAll(r.Body); r.Method == http.MethodPost && len(body) == 0 {
					t.Error("the body was lost on the way")
				}
				says(200, `[]`)(w, r)
				return
			}
			w.Header().Set("Location", to)
			w.WriteHeader(status)
		})
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		_, err := assign(redirect(status, elsewhere.URL+"/x"))
		if f := wantEffect(t, err, azeer.Refused); f.Status != status {
			t.Errorf("%d to another host: got %v", status, f)
		}
		_, err = redirect(status, elsewhere.URL+"/x").Agents(context.Background())
		if f := wantEffect(t, err, azeer.Refused); f.Status != status {
			t.Errorf("%d to another host: got %v", status, f)
		}
		if _, err = redirect(status, "/prefix/v1/moved").Agents(context.Background()); err != nil {
			t.Errorf("%d on the same host: %v", status, err)
		}
		_, err = redirect(status, "https://127.0.0.1:1/prefix/v1/moved").Agents(context.Background())
		wantEffect(t, err, azeer.Refused)
		_, err = assign(redirect(status, "/prefix/v1/moved"))
		if status < 307 {
			wantEffect(t, err, azeer.Refused) // it would have become a GET
		} else if !errors.Is(err, azeer.ErrUnrecognised) { // "[]" shows that it arrived
			t.Errorf("%d on the same host: %v", status, err)
		}
	}
	_, err := redirect(302, "/prefix/v1/round").Agents(context.Background())
	if f := wantEffect(t, err, azeer.Refused); f.Status != 302 {
		t.Errorf("in a circle: got %v", f)
	}
	if strayed.Load() != 0 {
		t.Errorf("%d requests went to another host", strayed.Load())
	}
}

func TestHugeAnswers(t *testing.T) {
	t.Parallel()
	nineMiB := bytes.Repeat([]byte(" "), 9<<20)
	var zipped bytes.Buffer
	z, _ := gzip.NewWriterLevel(&zipped, gzip.BestSpeed)
	_, _ = z.Write(nineMiB)
	_ = z.Close()
	for name, handler := range map[string]http.HandlerFunc{
		"plain": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(nineMiB) },
		"zipped": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(zipped.Bytes())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// A busy machine may need its time for so much.
			client := newClient(t, start(t, handler).URL+"/prefix/v1", azeer.Config{Timeout: time.Minute})
			_, err := client.Agents(context.Background())
			if f := fault(t, err); !strings.Contains(f.Error(), "too large") {
				t.Errorf("got %v", f)
			}
			_, err = assign(client)
			wantEffect(t, err, azeer.Perhaps)
		})
	}
}

func TestReadsAreRepeated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first func(http.ResponseWriter)
		tries int32
	}{
		"after 429":               {func(w http.ResponseWriter) { w.WriteHeader(429) }, 3},
		"after 502":               {func(w http.ResponseWriter) { w.WriteHeader(502) }, 3},
		"after 503":               {func(w http.ResponseWriter) { w.WriteHeader(503) }, 3},
		"after 504":               {func(w http.ResponseWriter) { w.WriteHeader(504) }, 3},
		"after a lost connection": {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, 3},
		"after half a body": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "9")
			_, _ = io.WriteString(w, "[")
			panic(http.ErrAbortHandler)
		}, 3},
		"not after 500":              {func(w http.ResponseWriter) { w.WriteHeader(500) }, 1},
		"not after 401":              {func(w http.ResponseWriter) { w.WriteHeader(401) }, 1},
		"not after 404":              {func(w http.ResponseWriter) { w.WriteHeader(404) }, 1},
		"not if unrecognised":        {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "{}") }, 1},
		"not if told to wait longer": {func(w http.ResponseWriter) { w.Header().Set("Retry-After", "60"); w.WriteHeader(429) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var tries atomic.Int32
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				tries.Add(1)
				c.first(w)
			})
			if list, err := client.Agents(context.Background()); err == nil {
				t.Errorf("got %+v", list)
			}
			if tries.Load() != c.tries {
				t.Errorf("%d tries, want %d", tries.Load(), c.tries)
			}
			if c.tries == 1 {
				return
			}
			tries.Store(0)
			client = serve(t, func(w http.ResponseWriter, r *http.Request) {
				if tries.Add(1) == 1 {
					c.first(w)
					return
				}
				says(200, `[]`)(w, r)
			})
			if _, err := client.Agents(context.Background()); err != nil {
				t.Errorf("the second try did not save it: %v", err)
			}
		})
	}
}

func TestReadsPauseBetweenTries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		retryAfter string
		backoff    time.Duration
		want       time.Duration
	}{
		"doubling":             {"", azeer.DefaultBackoff, 750 * time.Millisecond},
		"as asked":             {"2", azeer.DefaultBackoff, 4 * time.Second},
		"no less than our own": {"0", time.Second, 3 * time.Second},
		"within the timeout":   {"6", azeer.DefaultBackoff, 6 * time.Second}, // a third would come at 12 s
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := roundTrip(func(r *http.Request) (*http.Response, error) {
					header := http.Header{"Retry-After": {c.retryAfter}}
					return &http.Response{StatusCode: 429, Header: header, Body: http.NoBody, Request: r}, nil
				})
				client := newClient(t, "https://api.example.com", azeer.Config{Transport: transport, Backoff: c.backoff})
				start := time.Now()
				_, err := client.Agents(context.Background())
				if took := time.Since(start); took != c.want || fault(t, err).Status != 429 {
					t.Errorf("after %s: %v; want 429 after %s", took, err, c.want)
				}
			})
		})
	}
	t.Run("until cancelled", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			cancelling, stop := context.WithCancel(context.Background())
			defer context.AfterFunc(ctx, stop)()
			transport := roundTrip(func(r *http.Request) (*http.Response, error) {
				header := http.Header{"Retry-After": {"5"}}
				return &http.Response{StatusCode: 503, Header: header, Body: http.NoBody, Request: r}, nil
			})
			client := newClient(t, "https://api.example.com", azeer.Config{Transport: transport})
			start := time.Now()
			_, err := client.Agents(cancelling)
			if took := time.Since(start); took != time.Second || !errors.Is(err, context.Canceled) {
				t.Errorf("after %s: %v; want context.Canceled after 1s", took, err)
			}
		})
	})
}

func TestTLSVerifiedWithItsOwnAuthority(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(says(200, `{"message":"done","success":true}`))
	t.Cleanup(server.Close)
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	transport.TLSClientConfig.RootCAs = pool
	if got, err := assign(newClient(t, server.URL, azeer.Config{Transport: transport})); err != nil || got.Message != "done" {
		t.Errorf("got %+v, %v", got, err)
	}
}
