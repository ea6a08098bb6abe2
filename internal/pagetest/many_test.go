//go:build slow

package pagetest

import (
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
)

const crowd = 5000

// effort is what the page had to do for something.
type effort struct {
	Records int `json:"records"` // changes of the document
	Added   int `json:"added"`   // nodes that came, with all inside of them
	InFeed  int `json:"inFeed"`  // changes in the list of messages
	Rows    int `json:"rows"`    // messages that were drawn, anew or again
	Layouts int `json:"-"`       // how often the browser laid the page out
}

// watchFeed counts changes of the document from now on.
func (v *visit) watchFeed() {
	v.Helper()
	eval[any](v, `window.seen = (() => {
		const seen = {records: 0, added: 0, inFeed: 0, rows: 0};
		const size = (node) => 1 + [...node.childNodes].reduce((sum, child) => sum + size(child), 0);
		seen.observer = new MutationObserver((records) => {
			for (const record of records) {
				const within = record.target.nodeType === Node.ELEMENT_NODE && record.target.closest('#messages .feed');
				seen.records += 1;
				if (within) seen.inFeed += 1;
				for (const node of record.addedNodes) {
					seen.added += size(node);
					if (node.matches?.('.msg')) seen.rows += 1;
				}
			}
		});
		seen.observer.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
		return seen;
	})()`)
}

// effortOf tells what the page had to do for something, until it has drawn two more frames
// and has nothing left to do.
func (v *visit) effortOf(something func()) effort {
	v.Helper()
	v.watchFeed()
	before := v.metric("LayoutCount")
	something()
	eval[bool](v, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(() => done(true)))))`)
	e := eval[effort](v, `(window.seen.observer.disconnect(), {...window.seen, observer: undefined})`)
	e.Layouts = v.metric("LayoutCount") - before
	return e
}

func (v *visit) metric(name string) int {
	v.Helper()
	for _, m := range call(v, performance.GetMetrics, cdp.Empty{}).Metrics {
		if m.Name == name {
			return int(m.Value)
		}
	}
	v.Fatalf("the browser has no figure %s", name)
	return 0
}

func TestFiveThousandMessagesStaySmooth(t *testing.T) {
	t.Parallel()
	chromium(t)
	d := startDemo(t)
	d.flood(crowd)
	v := visitTo(t, d, desktop, "")
	v.settled()
	call(v, performance.Enable, performance.EnableParams{})
	v.see(message("customer"))
	v.bounded()
	v.press(composer)
	v.write("/assign 05444")

	// A key: nothing in the list is touched.
	e := v.effortOf(func() { v.write("4") })
	if e.InFeed > 0 || e.Records > 20 || e.Layouts > 10 {
		v.Errorf("one key took %+v", e)
	}

	// A message: one row comes.
	general := d.place("sara", "general")
	say := func(handle, text string) {
		d.act(handle, "say", map[string]any{"place": general, "text": text})
		v.until(`eyes.one(%s) || !eyes.one({css: '.feed-latest'})?.hidden`, message(text).evenHidden())
	}
	e = v.effortOf(func() { say("sara", "one more") })
	if e.Rows != 1 || e.InFeed > 50 || e.Added > 100 || e.Layouts > 30 {
		v.Errorf("one message took %+v", e)
	}
	v.see(message("one more"))
	v.bounded()
	v.scrollsFrom(say)
}

// scrollsFrom goes up the list and back, and sees that what one reads stays in place.
func (v *visit) scrollsFrom(say func(handle, text string)) {
	v.Helper()
	v.scroll(-3000)
	anchor := eval[struct {
		ID  string
		Top float64
	}](v, `(() => {
		const edge = document.querySelector('#messages .feed-scroll').getBoundingClientRect().top;
		const row = [...document.querySelectorAll('#messages .msg')].find((row) => row.getBoundingClientRect().top > edge);
		window.anchor = row;
		return {ID: row.dataset.message, Top: row.getBoundingClientRect().top};
	})()`)
	say("omar", "while you read")
	v.see(css(`[data-act="latest"]`).says("1 new message"))
	if top := eval[float64](v, `window.anchor.getBoundingClientRect().top`); top < anchor.Top-1 || top > anchor.Top+1 {
		v.Errorf("%s stood at %.1f and stands at %.1f", anchor.ID, anchor.Top, top)
	}

	// To the very first message and back, by keyboard.
	eval[any](v, `window.anchor.focus()`)
	v.key(home)
	v.see(message("Good morning!"))
	v.bounded()
	v.key(end)
	v.see(message("while you read"))
	v.bounded()

	// And up by the wheel: what was in sight stays in sight while the window moves.
	for range 12 {
		v.scroll(-2500)
	}
	v.bounded()
	v.press(css(`[data-act="latest"]`))
	v.see(message("while you read"))
	v.say("And I answer")
	v.see(message("And I answer"))
}

// bounded fails if more of the conversation is in the document than somebody can see.
func (v *visit) bounded() {
	v.Helper()
	if rows := eval[int](v, `document.querySelectorAll('#messages .msg').length`); rows > 300 {
		v.Errorf("%d rows are in the document", rows)
	}
}
