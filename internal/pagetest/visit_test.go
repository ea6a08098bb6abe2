package pagetest

import (
	"context"
	_ "embed"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const (
	// patience is how long anything may take until it is seen on the page.
	patience = time.Minute
	// longest is how long one visit may take.
	longest = 5 * time.Minute
)

// eyes is what tests look at the page with.
//
//go:embed js/eyes.js
var eyes string

// device is what the page is shown on.
type device struct {
	name          string
	width, height int64
	touch         bool
}

var (
	desktop = device{name: "desktop", width: 1280, height: 800}
	phone   = device{name: "phone", width: 390, height: 844, touch: true}
	devices = []device{desktop, phone}
)

// narrow tells whether there is room for one part of the page only.
func (d device) narrow() bool { return d.width <= 700 }

// visit is somebody before one tab of the browser.
type visit struct {
	*testing.T
	ctx    context.Context // of the tab; ends with the test
	demo   *demo
	device device
	origin string

	mu        sync.Mutex
	faults    []string
	faulty    chan struct{} // closed by the next fault
	announced []string      // faults that are no surprise, by a part of their text
}

// open starts a demo and opens its page.
func open(t *testing.T, d device) *visit {
	t.Helper()
	chromium(t) // before the demo: without it there is nothing to start
	v := visitTo(t, startDemo(t), d, "")
	v.settled()
	return v
}

// visitTo opens the page of a demo in a profile of its own; where is what follows "#" in
// its address.
func visitTo(t *testing.T, d *demo, on device, where string) *visit {
	t.Helper()
	v := newVisit(t, d.url, on)
	v.demo = d
	v.look(d.url + where)
	return v
}

// newVisit opens an empty tab, which is watched from the beginning.
func newVisit(t *testing.T, address string, on device) *visit {
	t.Helper()
	v := &visit{T: t, device: on, faulty: make(chan struct{})}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	v.origin = "http://" + u.Host + "/"
	tab, endTab := chromedp.NewContext(chromium(t), chromedp.WithNewBrowserContext(), chromedp.WithListener(v.notice))
	ctx, cancel := context.WithTimeout(tab, longest)
	v.ctx = ctx
	t.Cleanup(func() {
		v.leave()
		cancel()
		endTab()
	})
	v.do(chromedp.Steps(viewport(on)))
	call(v, audits.Enable, cdp.Empty{})
	call(v, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	call(v, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: eyes})
	return v
}

func viewport(d device) chromedp.Action[chromedp.Void] {
	if d.touch {
		return chromedp.EmulateViewport(d.width, d.height, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	return chromedp.EmulateViewport(d.width, d.height)
}

// prefer has the system prefer "light" or "dark", and nothing that moves.
func (v *visit) prefer(scheme string) {
	v.Helper()
	call(v, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// do has the browser do something, or ends the test.
func (v *visit) do(step chromedp.Action[chromedp.Void]) {
	v.Helper()
	if err := chromedp.Do(v.ctx, step); err != nil {
		v.Fatal(err)
	}
}

// call sends a command of the DevTools protocol, or ends the test.
func call[P, R any](v *visit, command cdp.Command[P, R], params P) R {
	v.Helper()
	answer, err := chromedp.Call(v.ctx, command, params)
	if err != nil {
		v.Fatalf("%s: %v", command.Method, err)
	}
	return answer
}

// eval has the page evaluate an expression, waiting for a promise.
func eval[T any](v *visit, format string, args ...any) T {
	v.Helper()
	expression := format
	if len(args) > 0 {
		expression = fmt.Sprintf(format, args...)
	}
	answer, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		v.Fatalf("%v\nin %s", err, expression)
	}
	return answer
}

// look goes to an address.
func (v *visit) look(address string) {
	v.Helper()
	v.do(chromedp.Navigate(address))
}

// settled waits until the page has drawn itself, each panel from a module of its own, and follows the sandbox.
func (v *visit) settled() {
	v.Helper()
	v.see(css("#app[data-ready] main").evenHidden())
	v.see(css(".panel:not(:empty)").evenHidden())
	v.gone(css(".panel:empty").evenHidden())
}

// reload reads the page anew, as F5 does.
func (v *visit) reload() {
	v.Helper()
	v.do(chromedp.Reload())
	v.settled()
}

// announce says that a fault which holds the text is no surprise.
func (v *visit) announce(part string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.announced = append(v.announced, part)
}

// notice is told everything that happens in the tab.
func (v *visit) notice(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			v.fault("console: " + told(e.Args))
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if thrown := e.ExceptionDetails.Exception; thrown != nil {
			text += " " + thrown.Description
		}
		v.fault("exception: " + text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			v.fault(fmt.Sprintf("browser: %s (%s)", e.Entry.Text, e.Entry.URL))
		}
	case *audits.EventIssueAdded:
		if e.Issue.Code == audits.InspectorIssueCodeContentSecurityPolicyIssue {
			v.fault(fmt.Sprintf("Content-Security-Policy: %+v", *e.Issue.Details.ContentSecurityPolicyIssueDetails))
		}
	case *network.EventRequestWillBeSent:
		v.request(e.Request.URL)
	case *network.EventWebSocketCreated:
		v.request(e.URL)
	}
}

// request looks where a request goes. What is in the address itself goes nowhere.
func (v *visit) request(address string) {
	if !strings.HasPrefix(address, v.origin) && !strings.HasPrefix(address, "data:") && !strings.HasPrefix(address, "blob:") {
		v.fault("request to " + address)
	}
}

func (v *visit) fault(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.faults = append(v.faults, text)
	close(v.faulty)
	v.faulty = make(chan struct{})
}

func told(args []*runtime.RemoteObject) string {
	var parts []string
	for _, arg := range args {
		if arg.Description != "" {
			parts = append(parts, arg.Description)
		} else {
			parts = append(parts, string(arg.Value))
		}
	}
	return strings.Join(parts, " ")
}

// surprises are the faults so far that nobody has announced.
func (v *visit) surprises() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(v.faults), func(fault string) bool {
		return slices.ContainsFunc(v.announced, func(part string) bool { return strings.Contains(fault, part) })
	})
}

// expects waits for a fault that has part in its text, which then is no surprise. The browser tells of
// some only after it has loaded the page.
func (v *visit) expects(part string) {
	v.Helper()
	late := time.After(patience)
	for {
		v.mu.Lock()
		faulty := v.faulty
		v.mu.Unlock()
		if noticed := strings.Join(v.surprises(), "\n"); strings.Contains(noticed, part) {
			v.announce(part)
			return
		}
		select {
		case <-faulty:
		case <-late:
			v.Errorf("nobody noticed %q in\n%s", part, strings.Join(v.surprises(), "\n"))
			return
		}
	}
}

// leave ends the visit: it looks for faults, and for broken rules, and takes a picture if
// the test has failed (go test -artifacts keeps it).
func (v *visit) leave() {
	if v.demo != nil && v.ctx.Err() == nil {
		for _, breach := range v.demo.state("").Breaches {
			v.fault(fmt.Sprintf("broken rule: %s %s: %s", breach.Side, breach.Rule, breach.Detail))
		}
	}
	for _, fault := range v.surprises() {
		v.Error(fault)
	}
	if !v.Failed() || v.ctx.Err() != nil {
		return
	}
	if picture, err := chromedp.Run(v.ctx, chromedp.CaptureScreenshot()); err == nil {
		path := filepath.Join(v.ArtifactDir(), "page.png")
		_ = os.WriteFile(path, picture, 0o644)
		v.Logf("picture: %s", path)
	}
}
