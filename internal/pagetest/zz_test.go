package pagetest

import ("testing"; "time")

func TestZTiming(t *testing.T) {
	at := time.Now()
	lap := func(what string) { t.Logf("%s %v", what, time.Since(at)); at = time.Now() }
	build(); lap("build")
	chromium(t); lap("chromium")
	for range 3 {
	d := startDemo(t); lap("demo")
	v := newVisit(t, d.url, desktop); v.demo = d; lap("tab")
	v.look(d.url); lap("look")
	v.settled(); lap("settled")
	v.press(composer); lap("press")
	v.write(line); lap("write")
	v.key(enter); lap("enter")
	v.answered("now belongs"); lap("answered")
	v.reload(); lap("reload")
	}
}
