package pagetest

import ("testing")

func TestZRules(t *testing.T) {
	v := open(t, desktop)
	v.judged("light")
	v.say(line)
	v.answered("now belongs to")
	t.Log(eval[[]string](v, "access.times()"))
	v.show("gallery")
	v.see(css(".gallery-item"))
	t.Log(eval[[]string](v, "access.times()"))
	v.show("azeer")
	eval[any](v, "access.forget()")
	type stop struct {
		Where, Fault string
		Again        bool
	}
	for range 60 {
		v.key(tab)
		at := eval[stop](v, "access.focus()")
		t.Log(at)
		if at.Again { break }
	}
	t.Log(eval[[]string](v, "access.missed()"))
}
