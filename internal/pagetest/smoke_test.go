package pagetest

import ("testing"; "os"; "github.com/chromedp/chromedp")

func (v *visit) shot(name string) {
	picture, err := chromedp.Run(v.ctx, chromedp.CaptureScreenshot())
	if err != nil { v.Fatal(err) }
	os.WriteFile("/tmp/p5/"+name+".png", picture, 0o644)
}

func TestSmoke(t *testing.T) {
	v := open(t, desktop)
	v.see(css("main"))
	v.shot("desktop")
	v.fill(css("#place textarea"), "/assign 0544444444 omar@twerlo.com")
	v.keys("\r")
	v.see(message("now belongs to"))
	v.shot("answered")
	w := visitTo(t, v.demo, phone, "")
	w.settled()
	w.shot("phone")
	w.look(v.demo.url+"#person=layla")
	w.reload()
	w.shot("layla")
}
