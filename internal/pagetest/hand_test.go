package pagetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// thing describes something on the page, by how it looks to those who see or hear it
// and, where that is not enough, by a selector.
type thing struct {
	CSS    string `json:"css,omitempty"`
	Name   string `json:"name,omitempty"` // the accessible name
	Says   string `json:"says,omitempty"` // a part of its text
	Within *thing `json:"within,omitempty"`
	Last   bool   `json:"last,omitempty"` // the last that fits, not the first
	Hidden bool   `json:"hidden,omitempty"`
}

func css(selector string) thing { return thing{CSS: selector} }

// message is the newest one that says this.
func message(says string) thing { return thing{CSS: "#place .msg", Says: says, Last: true} }

// its is what stands inside of the thing.
func (th thing) its(selector string) thing { return css(selector).in(th) }

func (th thing) in(other thing) thing { th.Within = &other; return th }

func (th thing) says(part string) thing { th.Says = part; return th }

// evenHidden is the thing also where it is not to be seen.
func (th thing) evenHidden() thing { th.Hidden = true; return th }

func (th thing) String() string {
	raw, _ := json.Marshal(th) // strings and booleans
	return string(raw)
}

// sight is what is seen of a thing.
type sight struct {
	Text       string            `json:"text"`
	Value      string            `json:"value"`
	Name       string            `json:"name"`
	Attributes map[string]string `json:"attributes"`
	X          float64           `json:"x"`
	Y          float64           `json:"y"`
	Width      float64           `json:"width"`
	Height     float64           `json:"height"`
}

// see waits until the thing is to be seen.
func (v *visit) see(th thing) sight {
	v.Helper()
	return eyesight[sight](v, "see", th)
}

// gone waits until the thing is not to be seen.
func (v *visit) gone(th thing) {
	v.Helper()
	eyesight[bool](v, "gone", th)
}

// eyesight asks the eyes in the page, which wait as long as patience lasts.
func eyesight[T any](v *visit, what string, th thing) T {
	v.Helper()
	answer, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](
		"eyes."+what+"("+th.String()+", "+fmt.Sprint(patience.Milliseconds())+")", chromedp.EvalAwaitPromise))
	var thrown *chromedp.ExceptionError
	if errors.As(err, &thrown) {
		v.Fatal(first(thrown.ExceptionDetails))
	}
	if err != nil {
		v.Fatalf("%s %s: %v", what, th, err)
	}
	return answer
}

// first is what an exception says, without where it was thrown.
func first(details *runtime.ExceptionDetails) string {
	text := details.Text
	if details.Exception != nil {
		text = details.Exception.Description
	}
	before, _, _ := strings.Cut(text, "\n    at ")
	return before
}

// press clicks the thing, or taps it where the device has no mouse: as soon as it is
// there, at rest, and not covered; and again where it has moved away just before.
func (v *visit) press(th thing) {
	v.Helper()
	for missed := true; missed; missed = v.missed() {
		at := eyesight[struct{ X, Y float64 }](v, "ready", th)
		if v.device.touch {
			v.do(chromedp.TapXY(at.X, at.Y))
			continue
		}
		v.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y))
		v.do(chromedp.MouseClickXY(at.X, at.Y))
	}
}

// missed tells whether the press has hit something else. A page that it has left knows nothing of it.
func (v *visit) missed() bool {
	missed, err := chromedp.Run(v.ctx, chromedp.Evaluate[bool]("window.eyes?.missed() ?? false"))
	return err == nil && missed
}

func TestAPressFollowsWhatMoves(t *testing.T) {
	t.Parallel()
	for _, on := range devices {
		v := newVisit(t, "http://127.0.0.1/", on)
		v.look("data:text/html,<button id=aim>Aim</button>")
		eval[bool](v, `(() => {
			const aim = document.querySelector('#aim');
			window.pressed = [];
			addEventListener('click', (event) => pressed.push(event.target.id));
			addEventListener('%s', () => aim.insertAdjacentHTML('beforebegin', '<button id=other style="display: block; width: 200px; height: 200px">Other</button>'), {once: true});
			return true;
		})()`, map[bool]string{false: "mousemove", true: "touchstart"}[on.touch])
		v.press(css("#aim"))
		if got := eval[[]string](v, "window.pressed"); !slices.Equal(got, []string{"aim"}) {
			t.Errorf("on the %s was pressed: %q", on.name, got)
		}
	}
}

// write types text into what has the focus: key by key on a desktop, as a whole by the
// keyboard on a phone's screen.
func (v *visit) write(text string) {
	v.Helper()
	if v.device.touch {
		call(v, input.InsertText, input.InsertTextParams{Text: text})
		return
	}
	for _, r := range text {
		v.key(r)
	}
}

// key presses a key, one of package kb or the one that types a character.
func (v *visit) key(r rune, modifiers ...chromedp.Modifier) {
	v.Helper()
	down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: string(r), Text: string(r), UnmodifiedText: string(r)}
	if known, ok := kb.Keys[r]; ok {
		down.Key, down.Code, down.Text, down.UnmodifiedText = known.Key, known.Code, known.Text, known.Unmodified
		down.WindowsVirtualKeyCode = known.Windows
		if known.Shift {
			modifiers = append(modifiers, chromedp.Modifier(kb.ModifierShift))
		}
	}
	for _, m := range modifiers {
		down.Modifiers |= int64(m)
	}
	if down.Modifiers&^int64(kb.ModifierShift) != 0 { // a shortcut types nothing
		down.Text, down.UnmodifiedText = "", ""
	}
	if down.Text == "" {
		down.Type = input.DispatchKeyEventTypeRawKeyDown
	}
	up := down
	up.Type, up.Text, up.UnmodifiedText = input.DispatchKeyEventTypeKeyUp, "", ""
	call(v, input.DispatchKeyEvent, down)
	call(v, input.DispatchKeyEvent, up)
}

// Keys that type nothing.
const (
	enter      = '\r'
	tab        = '\t'
	escape     = '\u001b'
	arrowDown  = '\u0301'
	arrowUp    = '\u0304'
	f6         = '\u0806'
	home       = '\u0306'
	end        = '\u0305'
	arrowRight = '\u0303'
)

// fill presses a field and types into it, in place of what it holds.
func (v *visit) fill(field thing, text string) {
	v.Helper()
	v.press(field)
	v.key('a', kb.ModifierCtrl)
	v.write(text)
}

// point moves the mouse over the thing.
func (v *visit) point(th thing) {
	v.Helper()
	at := eyesight[struct{ X, Y float64 }](v, "ready", th)
	v.missed() // nothing is pressed
	v.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y))
}

// paste pastes text into what has the focus, as from the clipboard.
func (v *visit) paste(text string) {
	v.Helper()
	raw, _ := json.Marshal(text) // a string
	eval[bool](v, `(() => {
		const data = new DataTransfer();
		data.setData('text/plain', %s);
		const paste = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
		if (document.activeElement.dispatchEvent(paste)) document.execCommand('insertText', false, data.getData('text/plain'));
		return true;
	})()`, raw)
}

// until waits until an expression about a thing, which stands for %s, holds on the page.
func (v *visit) until(expression string, th thing) {
	v.Helper()
	expression = fmt.Sprintf(expression, th)
	raw, _ := json.Marshal(expression) // a string
	eval[bool](v, `eyes.until(() => (%s) || undefined, %d, () => 'waited in vain for ' + %s).then(() => true)`, expression, patience.Milliseconds(), raw)
}
