package pagetest

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The moving picture at the top of README.md.
const (
	filmName = "demo.gif"
	// heaviestFilm and longestFilm are what it may weigh and last.
	heaviestFilm = 3_000_000
	longestFilm  = 12 * time.Second

	tick = 10 * time.Millisecond // the unit of a GIF's delays
)

// cinema has room for the workspace and for Azeer, and for letters that can be read in a
// README's column.
var cinema = device{name: "cinema", width: 820, height: 680}

// TestPicturesThatMove holds the moving picture to its limits; with -update it is made anew.
func TestPicturesThatMove(t *testing.T) {
	path := filepath.Join(top, "docs/images", filmName)
	if *update {
		v := open(t, cinema)
		f := &film{visit: v}
		f.play()
		f.hurry()
		if err := os.WriteFile(path, f.cut(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test ./internal/pagetest -run Pictures -update makes it", err)
	}
	shown, err := gif.DecodeAll(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var length time.Duration
	for _, delay := range shown.Delay {
		length += time.Duration(delay) * tick
	}
	if len(raw) > heaviestFilm || length > longestFilm || len(shown.Image) < 20 {
		t.Errorf("it weighs %d bytes, lasts %v and has %d frames; at most %d and %v, and it should move", len(raw), length, len(shown.Image), heaviestFilm, longestFilm)
	}
	t.Logf("%d frames, %v, %d bytes", len(shown.Image), length, len(raw))
}

// film is what a visit looks like over time.
type film struct {
	*visit
	frames []*image.NRGBA
	delays []time.Duration
}

// play types a command, whose answer comes and whose contact moves in Azeer. Then the bot
// is killed while it works, and still answers.
func (f *film) play() {
	f.press(composer)
	f.show("azeer")
	f.press(composer)
	f.shoot(600 * time.Millisecond)
	for _, r := range line {
		f.key(r)
		f.shoot(45 * time.Millisecond)
	}
	f.shoot(300 * time.Millisecond)
	f.key(enter)
	f.follow(seen(message("now belongs to Omar Hassan")))
	f.follow(seen(css(`.az-desk[data-desk="omar@twerlo.com"] .az-contact[data-contact="` + contact + `"]`)))
	f.follow(`!document.getAnimations().some((one) => one.effect.getTiming().iterations !== Infinity)`)
	f.shoot(900 * time.Millisecond)
	f.press(css(`[data-act="step-kill"]`))
	f.follow(seen(css(`[data-step="kill"][data-stage="survived"]`)))
	f.shoot(1600 * time.Millisecond)
}

// hurry shows a film faster that a busy machine has made too long.
func (f *film) hurry() {
	var long time.Duration
	for _, delay := range f.delays {
		long += delay
	}
	const most = longestFilm - time.Second/2 // what is fast is shown a little longer, see cut
	for i := range f.delays {
		f.delays[i] = time.Duration(float64(f.delays[i]) * min(1, most.Seconds()/long.Seconds()))
	}
}

// shoot takes a frame that is shown for so long; one that shows nothing new makes the one
// before last longer.
func (f *film) shoot(long time.Duration) {
	f.Helper()
	shot, err := chromedp.Run(f.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		f.Fatal(err)
	}
	drawn, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		f.Fatal(err)
	}
	frame := image.NewNRGBA(drawn.Bounds())
	draw.Draw(frame, frame.Rect, drawn, frame.Rect.Min, draw.Src)
	if last := len(f.frames) - 1; last >= 0 && bytes.Equal(f.frames[last].Pix, frame.Pix) {
		f.delays[last] += long
		return
	}
	f.frames, f.delays = append(f.frames, frame), append(f.delays, long)
}

// seen is an expression: whether the thing is to be seen.
func seen(th thing) string { return "Boolean(eyes.one(" + th.String() + "))" }

// follow shoots as things happen, until an expression holds on the page.
func (f *film) follow(expression string) {
	f.Helper()
	for before, deadline := time.Now(), time.Now().Add(patience); ; {
		done := eval[bool](f.visit, "%s", expression)
		f.shoot(0)
		now := time.Now()
		f.delays[len(f.delays)-1] += now.Sub(before)
		before = now
		if done {
			return
		}
		if now.After(deadline) {
			f.Fatalf("waited in vain for %s", expression)
		}
	}
}

// cut makes a GIF of the frames: each but the first holds only what has changed.
func (f *film) cut() []byte {
	f.Helper()
	colours := newColours(f.frames)
	reel := gif.GIF{Config: image.Config{ColorModel: colours.palette, Width: int(cinema.width), Height: int(cinema.height)}}
	var before *image.Paletted
	var shown, told time.Duration
	for i, frame := range f.frames {
		whole := colours.paint(frame)
		shown += f.delays[i]
		delay := shown.Round(tick) - told
		if delay < 2*tick { // browsers slow down what is faster
			delay = 2 * tick
		}
		told += delay
		reel.Image = append(reel.Image, difference(before, whole))
		reel.Delay = append(reel.Delay, int(delay/tick))
		reel.Disposal = append(reel.Disposal, gif.DisposalNone)
		before = whole
	}
	var packed bytes.Buffer
	if err := gif.EncodeAll(&packed, &reel); err != nil {
		f.Fatal(err)
	}
	return packed.Bytes()
}

// difference is the part of a frame in which it differs from the one before, transparent
// where it does not.
func difference(before, now *image.Paletted) *image.Paletted {
	if before == nil {
		return now
	}
	var changed image.Rectangle
	for y := range now.Rect.Dy() {
		for x := range now.Rect.Dx() {
			if at := y*now.Stride + x; now.Pix[at] != before.Pix[at] {
				changed = changed.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if changed.Empty() { // no more than a shade that the palette has not
		changed = image.Rect(0, 0, 1, 1)
	}
	part := image.NewPaletted(changed, now.Palette)
	for y := changed.Min.Y; y < changed.Max.Y; y++ {
		for x := changed.Min.X; x < changed.Max.X; x++ {
			if at := now.PixOffset(x, y); now.Pix[at] != before.Pix[at] {
				part.Pix[part.PixOffset(x, y)] = now.Pix[at]
			}
		}
	}
	return part
}

// colours are one palette for all frames, whose first colour is transparent.
type colours struct {
	palette color.Palette
	nearest map[color.NRGBA]uint8
}

// newColours chooses the palette: half of it are the most frequent colours, so that plain
// surfaces keep theirs, and half stands for the edges of letters.
func newColours(frames []*image.NRGBA) *colours {
	count := map[color.NRGBA]int{}
	for _, frame := range frames {
		for at := 0; at < len(frame.Pix); at += 4 {
			count[color.NRGBA{frame.Pix[at], frame.Pix[at+1], frame.Pix[at+2], 255}]++
		}
	}
	all := slices.SortedFunc(maps.Keys(count), func(a, b color.NRGBA) int {
		return cmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	plain := min(len(all), 128)
	c := &colours{palette: color.Palette{color.NRGBA{}}, nearest: map[color.NRGBA]uint8{}}
	for _, frequent := range all[:plain] {
		c.palette = append(c.palette, frequent)
	}
	for _, box := range medianCut(all[plain:], 255-plain) {
		c.palette = append(c.palette, slices.MaxFunc(box, func(a, b color.NRGBA) int { return count[a] - count[b] }))
	}
	return c
}

// medianCut puts colours into boxes: again and again the one that spreads most is divided.
func medianCut(all []color.NRGBA, most int) (boxes [][]color.NRGBA) {
	if len(all) == 0 {
		return nil
	}
	for boxes = [][]color.NRGBA{all}; len(boxes) < most; {
		widest, channel, width := 0, 0, 0
		for i, box := range boxes {
			if ch, w := spread(box); w > width {
				widest, channel, width = i, ch, w
			}
		}
		if width == 0 {
			break
		}
		box := boxes[widest]
		slices.SortStableFunc(box, func(a, b color.NRGBA) int { return channelOf(a, channel) - channelOf(b, channel) })
		boxes[widest] = box[:len(box)/2]
		boxes = append(boxes, box[len(box)/2:])
	}
	return boxes
}

// spread is the channel in which the colours differ most, and how much.
func spread(box []color.NRGBA) (channel, width int) {
	for ch := range 3 {
		by := func(a, b color.NRGBA) int { return channelOf(a, ch) - channelOf(b, ch) }
		if w := by(slices.MaxFunc(box, by), slices.MinFunc(box, by)); w > width {
			channel, width = ch, w
		}
	}
	return channel, width
}

func channelOf(c color.NRGBA, channel int) int {
	return int([...]uint8{c.R, c.G, c.B}[channel])
}

// paint has a frame in the palette's colours.
func (c *colours) paint(frame *image.NRGBA) *image.Paletted {
	painted := image.NewPaletted(frame.Rect, c.palette)
	for at := range painted.Pix {
		pixel := color.NRGBA{frame.Pix[4*at], frame.Pix[4*at+1], frame.Pix[4*at+2], 255}
		index, known := c.nearest[pixel]
		if !known {
			index = uint8(1 + c.palette[1:].Index(pixel))
			c.nearest[pixel] = index
		}
		painted.Pix[at] = index
	}
	return painted
}
