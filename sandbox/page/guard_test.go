package page

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"azeer-slack/sandbox"
	"azeer-slack/sandbox/slack"
)

// asks sends a request that is right but for what change does to it.
func (d *fixture) asks(method, path string, change func(*http.Request)) *http.Response {
	d.Helper()
	req, _ := http.NewRequestWithContext(d.Context(), method, d.url+path, strings.NewReader(`{"person":"sara","act":"reload"}`))
	if method == http.MethodGet {
		req.Body, req.ContentLength = http.NoBody, 0
	} else {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Sandbox", "1")
	}
	change(req)
	resp, err := client.Do(req)
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func TestForeignersAreRefused(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	port := d.url[strings.LastIndex(d.url, ":"):]
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	for _, c := range []struct {
		what, method, path string
		change             func(*http.Request)
		want               int
	}{
		{"nothing wrong", "POST", "/api/act", func(*http.Request) {}, 200},
		{"own origin", "POST", "/api/act", header("Origin", d.url), 200},
		{"the name localhost", "GET", "/api/state", host("localhost" + port), 200},
		{"another loopback address", "GET", "/api/state", host("127.1.2.3" + port), 200},
		{"IPv6 loopback", "GET", "/api/state", host("[::1]" + port), 200},
		{"foreign name", "GET", "/api/state", host("evil.example" + port), 421},
		{"name that begins like ours", "GET", "/api/state", host("127.0.0.1.evil.example" + port), 421},
		{"foreign name for the page", "GET", "/", host("evil.example" + port), 421},
		{"foreign port", "GET", "/api/state", host("127.0.0.1:1"), 421},
		{"no port", "GET", "/api/state", host("127.0.0.1"), 421},
		{"foreign address", "GET", "/api/state", host("10.0.0.1" + port), 421},
		{"foreign origin", "POST", "/api/act", header("Origin", "http://evil.example"), 403},
		{"foreign origin reads", "GET", "/api/state", header("Origin", "http://evil.example"), 403},
		{"foreign origin listens", "GET", "/api/events?person=sara&after=0", header("Origin", "http://evil.example"), 403},
		{"another port here", "POST", "/api/act", header("Origin", "http://127.0.0.1:1"), 403},
		{"origin by another of our names", "POST", "/api/act", header("Origin", "http://localhost"+port), 403},
		{"https origin", "POST", "/api/act", header("Origin", strings.Replace(d.url, "http:", "https:", 1)), 403},
		{"hidden origin", "POST", "/api/act", header("Origin", "null"), 403},
		{"empty origin", "POST", "/api/act", header("Origin", ""), 403},
		{"cross-site", "GET", "/api/state", header("Sec-Fetch-Site", "cross-site"), 403},
		{"another page here", "GET", "/api/gallery", header("Sec-Fetch-Site", "same-site"), 403},
		{"same origin", "GET", "/api/state", header("Sec-Fetch-Site", "same-origin"), 200},
		{"a link to the page", "GET", "/", header("Sec-Fetch-Site", "cross-site"), 200},
		{"form of another page", "POST", "/api/act", header("Content-Type", "text/plain"), 415},
		{"no type", "POST", "/api/act", func(r *http.Request) { r.Header.Del("Content-Type") }, 415},
		{"no header of ours", "POST", "/api/act", func(r *http.Request) { r.Header.Del("X-Sandbox") }, 403},
		{"act by GET", "GET", "/api/act", header("X-Sandbox", "1"), 404},
		{"state by POST", "POST", "/api/state", func(*http.Request) {}, 405},
		{"preflight", "OPTIONS", "/api/act", header("Access-Control-Request-Method", "POST"), 405},
	} {
		resp := d.asks(c.method, c.path, c.change)
		if resp.StatusCode != c.want {
			t.Errorf("%s: %s, want %d", c.what, resp.Status, c.want)
		}
		checkHeaders(t, c.what, resp)
	}
}

// checkHeaders checks what every answer carries.
func checkHeaders(t *testing.T, what string, resp *http.Response) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy":      policy,
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Access-Control-Allow-Origin":  "",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %s is %q, want %q", what, name, got, want)
		}
	}
}

func TestOnlyLoopback(t *testing.T) {
	t.Parallel()
	box, err := sandbox.Start(sandbox.Config{Manifest: []byte(testManifest)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	p := New(box, Config{})
	t.Cleanup(func() { _ = p.Close() })
	for _, addr := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.com:0", "127.0.0.1", ""} {
		if url, err := p.Listen(addr); err == nil {
			t.Errorf("listens at %q as %s", addr, url)
		}
	}
	url, err := p.Listen("localhost:0")
	if err != nil || !strings.HasPrefix(url, "http://127.0.0.1:") && !strings.HasPrefix(url, "http://[::1]:") {
		t.Errorf("listens at %q, %v", url, err)
	}
	if again, err := p.Listen("127.0.0.1:0"); err == nil {
		t.Errorf("listens a second time at %s", again)
	}
}

func TestAReachablePageStillRefusesOtherSites(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{Reachable: true}, slack.Limits{})
	port := d.url[strings.LastIndex(d.url, ":"):]
	for _, c := range []struct {
		what, host, origin string
		want               int
	}{
		{"this machine", "localhost" + port, "http://localhost" + port, 200},
		{"a port published under another number", "localhost:8000", "http://localhost:8000", 200},
		{"an address", "192.0.2.1" + port, "http://192.0.2.1" + port, 200},
		{"an address without a port", "[2001:db8::1]", "http://[2001:db8::1]", 200},
		{"a name, which may be made to point here", "evil.example" + port, "http://evil.example" + port, 421},
		{"a name that begins like an address", "192.0.2.1.evil.example", "http://192.0.2.1.evil.example", 421},
		{"another site", "localhost" + port, "http://evil.example", 403},
		{"another port of this machine", "localhost" + port, "http://localhost:1", 403},
	} {
		resp := d.asks(http.MethodPost, "/api/act", func(r *http.Request) {
			r.Host = c.host
			r.Header.Set("Origin", c.origin)
		})
		if resp.StatusCode != c.want {
			t.Errorf("%s: %s, want %d", c.what, resp.Status, c.want)
		}
	}
	box, err := sandbox.Start(sandbox.Config{Manifest: []byte(testManifest)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	p := New(box, Config{Reachable: true})
	t.Cleanup(func() { _ = p.Close() })
	url, err := p.Listen("0.0.0.0:0")
	if err != nil || !strings.HasPrefix(url, "http://localhost:") {
		t.Errorf("listens at %q, %v", url, err)
	}
}

func TestAServerThatIsNotOnLoopbackServesNothing(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	answer := httptest.NewRecorder()
	d.page.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:80/api/state", nil))
	if answer.Code != http.StatusForbidden {
		t.Errorf("a request from nowhere is answered %d", answer.Code)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{Files: fstest.MapFS{
		"index.html":    {Data: []byte("<!doctype html>")},
		"js/main.js":    {Data: []byte("1")},
		"css/base.css":  {Data: []byte("a{}")},
		"js/notes.txt":  {Data: []byte("x")},
		"js/.secret":    {Data: []byte("x")},
		"img/arrow.svg": {Data: []byte("<svg/>")},
	}}, slack.Limits{})
	for path, want := range map[string]string{
		"/": "text/html; charset=utf-8", "/js/main.js": "text/javascript; charset=utf-8",
		"/css/base.css": "text/css; charset=utf-8", "/img/arrow.svg": "image/svg+xml",
		"/js/notes.txt": "", "/js/.secret": "", "/js/": "", "/js": "", "/none.js": "", "/api/none": "",
	} {
		resp := d.asks(http.MethodGet, path, func(*http.Request) {})
		if got := resp.Header.Get("Content-Type"); (resp.StatusCode == http.StatusOK) != (want != "") || want != "" && got != want {
			t.Errorf("%s answers %s, %q", path, resp.Status, got)
		}
		checkHeaders(t, path, resp)
	}
	if resp := d.asks(http.MethodGet, "/favicon.ico", func(*http.Request) {}); resp.StatusCode != http.StatusNoContent {
		t.Errorf("favicon answers %s", resp.Status)
	}
}

func TestThePageIsInTheProgram(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	if index := string(d.get("/")); !strings.Contains(index, "<html") {
		t.Errorf("the page is %q", index)
	}
}
