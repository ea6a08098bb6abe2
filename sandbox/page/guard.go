package page

import (
	"fmt"
	"mime"
	"net"
	"net/http"
	"path"
	"strings"
)

// policy lets the page use its own files and nothing else in the world.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard refuses whoever is not the page itself. A browser that has been led here by
// another site says so in Host (where a name of theirs points to 127.0.0.1), in Origin
// or in Sec-Fetch-Site; and no form of theirs can send JSON with a header of ours.
func (p *Page) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if status, why := p.denial(r); why != "" {
			http.Error(w, why, status)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (p *Page) denial(r *http.Request) (status int, why string) {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	switch {
	case !p.cfg.Reachable && !isLoopback(local):
		return http.StatusForbidden, "this page is served on loopback only"
	case !p.cfg.Reachable && !ownHost(r.Host, local):
		return http.StatusMisdirectedRequest, "this page answers to loopback names only, not to " + r.Host
	case p.cfg.Reachable && !unnamed(r.Host):
		return http.StatusMisdirectedRequest, "this page answers to localhost and to addresses in numbers only, not to " + r.Host
	case len(r.Header.Values("Origin")) > 0 && r.Header.Get("Origin") != "http://"+r.Host:
		return http.StatusForbidden, "another page has no business here"
	case strings.HasPrefix(r.URL.Path, "/api/") && foreign(r.Header.Get("Sec-Fetch-Site")):
		return http.StatusForbidden, "another page has no business here"
	}
	if r.Method != http.MethodPost {
		return 0, ""
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil || media != "application/json":
		return http.StatusUnsupportedMediaType, "send application/json"
	case r.Header.Get("X-Sandbox") != "1":
		return http.StatusForbidden, "send the header X-Sandbox: 1"
	}
	return 0, ""
}

// foreign reads what a browser says of who asks; other clients say nothing.
func foreign(site string) bool { return site == "cross-site" || site == "same-site" }

// ownHost tells whether a Host header names this machine's loopback and our port.
func ownHost(host string, local net.Addr) bool {
	_, port, err := net.SplitHostPort(local.String())
	if err != nil {
		return false
	}
	name, given, err := net.SplitHostPort(host)
	if err != nil { // no port
		name, given = strings.Trim(host, "[]"), "80"
	}
	return given == port && loopbackName(name)
}

// unnamed tells whether a Host header is localhost or an address in numbers: no name that
// somebody else could make point here. The port may be another one than ours, as that of
// a container is.
func unnamed(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil { // no port
		name = strings.Trim(host, "[]")
	}
	return strings.EqualFold(name, "localhost") || net.ParseIP(name) != nil
}

func loopbackName(name string) bool {
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}

func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// allowed refuses an address to listen on that others could reach, where they may not.
func (p *Page) allowed(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("read address %q: %w", addr, err)
	}
	if !p.cfg.Reachable && !loopbackName(host) {
		return fmt.Errorf("the page is for this machine only: %q is no loopback address, use 127.0.0.1", addr)
	}
	return nil
}

// fileTypes are the files that the page consists of; what else lies there is not
// served. The machine's own table of types is not asked, it may hold anything.
var fileTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".png":  "image/png",
}

func (p *Page) serveFile(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	switch name {
	case "":
		name = "index.html"
	case "favicon.ico": // asked for by browsers whatever the page says
		w.WriteHeader(http.StatusNoContent)
		return
	}
	kind, known := fileTypes[path.Ext(name)]
	if !known {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	http.ServeFileFS(w, r, p.files, name)
}
