package pagetest

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// burglar is what a page of somebody else may try, in the same browser, against the page
// of the demo at %[1]q. Each attempt resolves to what it got; nothing is as it should be.
const burglar = `<!doctype html><html lang="en"><title>Somebody else</title><link rel="icon" href="data:,"><body><script>
const there = %[1]q;
const deed = JSON.stringify({person: 'sara', act: 'say', place: '#general', text: 'broken in'});
const late = (ms) => new Promise((done) => setTimeout(() => done(''), ms));
const loads = (tag, props) => new Promise((done) => {
  const element = Object.assign(document.createElement(tag), props);
  element.onload = () => done('loaded');
  element.onerror = () => done('');
  document.body.append(element);
});
const posts = (type, mode) => async () => (await fetch(there + 'api/act', {method: 'POST', mode, headers: {'Content-Type': type, ...(mode === 'cors' ? {'X-Sandbox': '1'} : {})}, body: deed})).ok;
const attempts = {
  'read the state': async () => (await fetch(there + 'api/state')).status,
  'read it blindly': async () => (await fetch(there + 'api/state', {mode: 'no-cors'})).text(), // opaque
  'follow the events': () => new Promise((done) => { const s = new EventSource(there + 'api/events'); s.onopen = () => done('open'); s.onerror = () => done(''); }),
  'act with JSON': posts('application/json', 'cors'),
  'act with plain text': posts('text/plain', 'no-cors'),
  'act like a form': posts('application/x-www-form-urlencoded', 'no-cors'),
  'send a beacon': async () => (navigator.sendBeacon(there + 'api/act', new Blob([deed], {type: 'text/plain'})), ''),
  'borrow a script': () => loads('script', {src: there + 'js/theme.js'}),
  'borrow a style': () => loads('link', {rel: 'stylesheet', href: there + 'css/base.css'}),
  'frame the page': async () => (document.body.append(Object.assign(document.createElement('iframe'), {src: there})), ''),
  'post a form': async () => {
    const form = document.createElement('form');
    Object.assign(form, {method: 'post', action: there + 'api/act', enctype: 'text/plain', target: 'hidden'});
    const field = Object.assign(document.createElement('input'), {name: deed.slice(0, -1) + ',"x":"', value: '"}'});
    const frame = Object.assign(document.createElement('iframe'), {name: 'hidden'});
    form.append(field);
    document.body.append(frame, form);
    form.submit();
    await new Promise((done) => { frame.onload = done; });
    return '';
  },
  'hold on to a window': async () => {
    const held = window.open(there);
    if (!held) return '';
    // A page that will not be held closes to its opener as soon as it is there.
    const closed = async () => {
      while (!held.closed) await new Promise((done) => requestAnimationFrame(done));
      return '';
    };
    return Promise.race([closed(), late(3000).then(() => 'held')]);
  },
};
window.got = (async () => {
  const got = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try { got[name] = String(await Promise.race([attempt(), late(5000)]) || ''); } catch { got[name] = ''; }
  }
  return got;
})();
</script></body></html>`

func TestPagesOfOthersCanNeitherReadNorAct(t *testing.T) {
	t.Parallel()
	chromium(t)
	d := startDemo(t)
	before := d.state("sara")
	for _, host := range []string{"127.0.0.1", "localhost"} {
		got := breakIn(t, host, d.url, "frame-ancestors") // no frame is filled
		for attempt, what := range got {
			if what != "" && what != "false" {
				t.Errorf("%s could %s: %.200q", host, attempt, what)
			}
		}
	}
	after := d.state("sara")
	place := d.place("sara", "general")
	if len(after.Messages[place]) != len(before.Messages[place]) || len(after.Interactions) != len(before.Interactions) {
		t.Error("somebody else's page has done something in the workspace")
	}
}

// TestBurglarSucceedsWhereAllIsOpen shows that the attempts are good for something.
func TestBurglarSucceedsWhereAllIsOpen(t *testing.T) {
	t.Parallel()
	chromium(t)
	house := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Headers", "*")
		for suffix, media := range map[string]string{".js": "text/javascript", ".css": "text/css", "/events": "text/event-stream"} {
			if strings.HasSuffix(r.URL.Path, suffix) {
				w.Header().Set("Content-Type", media)
			}
		}
		_, _ = w.Write([]byte("\n"))
	}))
	t.Cleanup(house.Close)
	got := breakIn(t, "127.0.0.1", house.URL+"/", "")
	for _, attempt := range []string{"read the state", "follow the events", "act with JSON", "borrow a script", "borrow a style", "hold on to a window"} {
		if got[attempt] == "" {
			t.Errorf("the burglar cannot even %s", attempt)
		}
	}
}

// breakIn opens the burglar's page under a name of this machine, and returns what it got
// from there. The browser must say what it refuses.
func breakIn(t *testing.T, host, there, refused string) (got map[string]string) {
	t.Helper()
	server := serve(t, fmt.Sprintf(burglar, there))
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	address := "http://" + net.JoinHostPort(host, port) + "/"
	v := newVisit(t, address, desktop)
	v.look(address)
	got = eval[map[string]string](v, "window.got")
	v.expects(refused)
	v.announce("") // it is not the page that is looked at here
	return got
}
