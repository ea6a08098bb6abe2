package pagetest

import (
	_ "embed"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
)

// What watches the pages must be awake: these tests show it pages that are bad.

// serve serves one HTML page at a loopback address of its own.
func serve(t *testing.T, html string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, html)
	}))
	t.Cleanup(server.Close)
	return server
}

const badPage = `<!doctype html><html><head>
<meta http-equiv="Content-Security-Policy" content="style-src 'self'; img-src 'self' data: http://example.com">
<link rel="icon" href="data:,"><style>body { color: red }</style></head><body>
<img alt="" src="/missing.png"><img alt="" src="http://example.com/a.png">
<script>console.error('said in anger'); setTimeout(() => { throw new Error('thrown in anger') })</script>
</body></html>`

func TestFaultsOfAPageAreNoticed(t *testing.T) {
	t.Parallel()
	server := serve(t, badPage)
	v := newVisit(t, server.URL, desktop)
	v.look(server.URL)
	for _, part := range []string{
		`console: "said in anger"`, "exception: Uncaught Error: thrown in anger", "request to http://example.com/a.png",
		"Content-Security-Policy", "status of 404",
	} {
		v.expects(part)
	}
	v.announce("ERR_NAME_NOT_RESOLVED")
	v.announce("inline style")
}

// access are the rules of accessibility, as a script of the page.
//
//go:embed js/access.js
var access string

// hardPage breaks every rule of accessibility, most of them once.
const hardPage = `<!doctype html><html><head><meta name="viewport" content="width=device-width, user-scalable=no"><link rel="icon" href="data:,">
<style>
  body { background: #fff; color: #000; overflow: hidden }
  .faint { color: #999 } .tiny { width: 12px; height: 12px; padding: 0 } .away { position: absolute; left: 2000px; width: 50px; height: 50px }
  .bare { border: 1px solid #ddd; background: #fff; outline: 0 } .plain:focus { outline: 0 } .bare::placeholder { color: #bbb }
</style></head><body>
<main></main><main></main>
<p lang="no such language">x</p>
<p id="twice">a</p><p id="twice">b</p>
<button class="nameless" style="width: 30px; height: 30px"></button>
<div tabindex="0" style="width: 30px; height: 30px"></div>
<input class="bare" placeholder="only this" style="height: 30px">
<div role="buton">x</div><div role="option" aria-selected="true">x</div><div role="switch" aria-label="a switch">x</div>
<div aria-lable="x" aria-labelledby="nobody">x</div>
<div aria-hidden="true"><button>hidden</button></div>
<button>one <span role="button">two</span></button>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=" width="20" height="20">
<h2> </h2><h2><span style="display: inline-block; width: 10px; height: 10px"></span></h2>
<button class="tiny">x</button><button class="away">away</button>
<p class="faint">faint words</p>
<button aria-label="an icon"><svg width="20" height="20" aria-hidden="true"><path d="M0 0L20 20" stroke="#ddd" fill="none"/></svg></button>
<button class="plain">shows no focus</button>
<div style="position: relative"><input aria-label="covered" style="width: 100px; height: 30px"><button style="position: absolute; left: 20px; top: 0; width: 30px; height: 30px">over</button></div>
<button tabindex="5">first of all</button><p lang="ar" dir="ltr">x</p><button aria-label="Send">Off it goes</button>
</body></html>`

func TestRulesOfAccessibilityBite(t *testing.T) {
	t.Parallel()
	server := serve(t, hardPage)
	v := newVisit(t, server.URL, phone)
	call(v, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: access})
	v.look(server.URL)
	found := strings.Join(eval[[]string](v, "access.look()"), "\n")
	for _, rule := range eval[[]string](v, "access.rules()") {
		if !strings.Contains(found, rule+": ") {
			t.Errorf("%q found nothing in\n%s", rule, found)
		}
	}
	for _, part := range []string{
		"html has no lang", "no title", "no such language", "zoomed", "twice", "nameless", "there is no role buton", "option outside of",
		"switch without aria-checked", "there is no aria-lable", "points to nothing (nobody)", "there are 2 main parts", "is 12×12",
		"“faint words” has 2.85:1", "the icon has", "the placeholder has", "its edge has",
	} {
		if !strings.Contains(found, part) {
			t.Errorf("%q is not in\n%s", part, found)
		}
	}
	shown := eval[string](v, `(document.querySelector('.plain').focus(), access.focus().then((at) => at.fault))`)
	if shown != "nothing shows that it has the focus" {
		t.Errorf("of what shows no focus it says %q", shown)
	}
}
