package pagetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// thing describes something on the page, by how it looks to those who see or hear it
// and, where that is not enough, by a selector.
type thing struct {
	CSS    string `json:"css,omitempty"`
	Name   string `json:"name,omitempty"` // the accessible name, as the browser computes it
	Says   string `json:"says,omitempty"` // a part of its text
	Within *thing `json:"within,omitempty"`
	Last   bool   `json:"last,omitempty"` // the last that fits, not the first
	Hidden bool   `json:"hidden,omitempty"`
}

func css(selector string) thing { return thing{CSS: selector} }

// button is something to press, by its name.
func button(name string) thing {
	return thing{CSS: `button, [role="button"], [role="menuitem"], [role="menuitemradio"], [role="menuitemcheckbox"], [role="tab"], [role="switch"]`, Name: name}
}

// message is the newest one that says this.
func message(says string) thing { return thing{CSS: "#place .msg", Says: says, Last: true} }

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
	Role       string            `json:"role"`
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
// there, at rest, and not covered.
func (v *visit) press(th thing) {
	v.Helper()
	at := eyesight[struct{ X, Y float64 }](v, "ready", th)
	if v.device.touch {
		v.do(chromedp.TapXY(at.X, at.Y))
		return
	}
	v.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y))
	v.do(chromedp.MouseClickXY(at.X, at.Y))
}

// keys types on the keyboard: text, or keys of package kb.
func (v *visit) keys(text string, modifiers ...chromedp.Modifier) {
	v.Helper()
	v.do(chromedp.KeyEvent(text, chromedp.KeyModifiers(modifiers...)))
}

// fill presses a field and types into it in place of what it holds.
func (v *visit) fill(field thing, text string) {
	v.Helper()
	v.press(field)
	v.keys("a", kb.ModifierCtrl)
	v.keys(text)
}
