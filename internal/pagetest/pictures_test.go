package pagetest

import (
	"bytes"
	"flag"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

var update = flag.Bool("update", false, "take the pictures in docs/images anew")

const (
	top = "../.." // of the repository
	// heaviest is what a picture may weigh, in bytes: a README should open at once.
	heaviest = 250_000
)

// picture is one of docs/images, and how the page comes to look like that.
type picture struct {
	name   string
	device device
	scheme string
	pose   func(v *visit)
}

var pictures = []picture{
	{"desktop.png", desktop, "light", assignTwo},
	{"dark.png", desktop, "dark", assignTwo}, // for whoever reads the README in the dark
	{"phone.png", phone, "light", func(v *visit) {
		v.say("/assign ٠٥٤٤٤٤٤٤٤٤ omar")
		v.answered("now belongs to")
	}},
	{"phone.ar.png", phone, "light", func(v *visit) {
		v.be("layla")
		v.say("/assign ٠٥٤٤٤٤٤٤٤٤ omar")
		v.answered("omar@twerlo.com")
	}},
	{"offer.png", phone, "light", func(v *visit) {
		v.say("/assign offer 0544444444 wants a refund")
		v.answered("Offered in")
		v.be("omar")
		v.see(card("Who takes this contact?"))
	}},
	{"batch.png", phone, "light", func(v *visit) {
		v.say(several)
		v.answered("3 of 3 contacts assigned")
	}},
	{"batch.ar.png", phone, "light", func(v *visit) {
		v.be("layla")
		v.say(several)
		v.answered("تم الإسناد")
	}},
	{"owner.png", phone, "light", func(v *visit) {
		v.say(line + " note: wants a refund")
		v.answered("now belongs to")
		v.be("omar")
		v.readsOfTheApp("gave you the contact")
	}},
	{"owner.ar.png", phone, "light", func(v *visit) {
		v.say("/assign 0544444444 layla@twerlo.com ملاحظة: يريد استرداد المبلغ")
		v.answered("now belongs to")
		v.be("layla")
		v.readsOfTheApp("أسند إليك")
	}},
	{"workflow.png", desktop, "light", func(v *visit) {
		v.show("workflow")
		v.fill(stepInput("contact"), "Khalid 0544444444")
		v.fill(stepInput("agent"), "omar@twerlo.com")
		v.choosesIn(stepInput("on_behalf_of"), "Maha Manager")
		v.press(css(`[data-act="run-step"]`))
		v.see(output("explanation").says("now belongs to Omar Hassan"))
		eval[bool](v, `(document.querySelector('.wf-one').scrollIntoView({ block: 'end' }), true)`)
	}},
	{"form.png", desktop, "light", func(v *visit) { fillIn(v, "+971 50 123 4567", "o") }},
	{"form.ar.png", desktop, "light", func(v *visit) {
		v.be("layla")
		fillIn(v, "٠٠٩٧١٥٠١٢٣٤٥٦٧", "o")
	}},
	{"home.png", desktop, "light", func(v *visit) {
		assignTwo(v)
		v.visitApp(v.demo.state("manager"))
		v.see(css("#home [data-block]").says("Assigned to Noura Saleh"))
	}},
	{"home.ar.png", desktop, "light", func(v *visit) {
		v.be("layla")
		v.say("/assign ٠٥٤٤٤٤٤٤٤٤ omar@twerlo.com")
		v.answered("omar@twerlo.com")
		v.say("/assign ٠٥٥٥٥٥٥٥٥٥ ليلى أحمد")
		v.answered("layla@twerlo.com")
		v.visitApp(v.demo.state("layla"))
		v.see(css("#home [data-block]").says("أُسنِد \u2068إلى \u2068ليلى أحمد"))
	}},
	{"arabic.png", desktop, "light", func(v *visit) {
		v.be("layla")
		v.visitPlace("support")
		v.say("/assign ٠٥٤٤٤٤٤٤٤٤ omar@twerlo.com")
		v.answered("omar@twerlo.com")
		v.see(css(`.az-contact[data-owner="omar@twerlo.com"]`))
	}},
	{"trouble.png", desktop, "light", func(v *visit) {
		v.turn("azeer_hang")
		v.say(line)
		v.show("timeline")
		v.see(interaction(line).its(`.tl-step[data-step~="sent"]`))
		v.killBot()
		v.say("/assign 0566666666 sara@twerlo.com")
		v.see(message("/assign failed with the error"))
		v.show("timeline")
		v.see(css(`.tl-item[data-outcome="failed"]`))
	}},
}

// several is a line with several numbers.
const several = "/assign 0544444444 0555555555 0566666666 omar@twerlo.com"

// readsOfTheApp goes to the app's messages, of which one says something.
func (v *visit) readsOfTheApp(says string) {
	v.Helper()
	v.visitApp(v.demo.state("omar"))
	v.press(css(`[data-act="tab"][data-tab="messages"]`))
	v.see(message(says))
}

// fillIn fills in the form with a number from abroad, but for the choice of the agent.
func fillIn(v *visit, contact, letter string) {
	v.say("/assign ")
	v.see(dialog)
	v.fill(field("contact"), contact)
	v.see(dialog.its(`[data-block="foreign"]`).says("🇦🇪"))
	v.fill(field("agent"), letter)
	v.see(css(`.bk-list [role="option"][data-value]`))
}

func assignTwo(v *visit) {
	v.say(line)
	v.answered("now belongs to")
	v.say("/assign +966 55 555 5555 noura.s@twerlo.com")
	v.answered("+966 55 555 5555 now belongs to")
	v.see(css(`.az-contact[data-owner="noura.s@twerlo.com"]`))
}

// TestPictures holds docs/images to what is told above; with -update it takes them anew.
func TestPictures(t *testing.T) {
	if *update {
		takePictures(t)
	}
	known := map[string]bool{filmName: true}
	documents := written(t)
	for _, p := range pictures {
		known[p.name] = true
		t.Run(p.name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(top, "docs/images", p.name))
			if err != nil {
				t.Fatalf("%v; go test ./internal/pagetest -run Pictures -update takes it", err)
			}
			size, err := png.DecodeConfig(bytes.NewReader(raw))
			switch {
			case err != nil:
				t.Error(err)
			case int64(size.Width) != p.device.width || int64(size.Height) != p.device.height:
				t.Errorf("it is %d×%d, not %d×%d", size.Width, size.Height, p.device.width, p.device.height)
			case len(raw) > heaviest:
				t.Errorf("it weighs %d bytes, more than %d", len(raw), heaviest)
			case !strings.Contains(documents, "images/"+p.name):
				t.Error("neither README.md nor docs/ shows it")
			}
		})
	}
	files, err := os.ReadDir(filepath.Join(top, "docs/images"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !known[file.Name()] {
			t.Errorf("docs/images/%s is taken by nobody", file.Name())
		}
	}
}

// written is all that README.md and the documents say.
func written(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	add := func(path string) {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(raw)
	}
	add(filepath.Join(top, "README.md"))
	err := filepath.WalkDir(filepath.Join(top, "docs"), func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" {
			add(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func takePictures(t *testing.T) {
	t.Helper()
	for _, p := range pictures {
		t.Run("take "+p.name, func(t *testing.T) {
			v := open(t, p.device)
			v.prefer(p.scheme)
			p.pose(v)
			v.still()
			shot, err := chromedp.Run(v.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			keep(t, filepath.Join(top, "docs/images", p.name), shot)
		})
	}
}

// still takes the mouse away, and waits until nothing flashes and no passing word is on
// the page.
func (v *visit) still() {
	v.Helper()
	if !v.device.touch {
		v.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, float64(v.device.width)*2/3, 4))
	}
	v.gone(css(".is-fresh, .toast"))
	eval[bool](v, `document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))))`)
}

// keep writes a picture, packed as tightly as PNG allows.
func keep(t *testing.T, path string, shot []byte) {
	t.Helper()
	drawn, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	tight := png.Encoder{CompressionLevel: png.BestCompression}
	if err := tight.Encode(&packed, drawn); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, packed.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
