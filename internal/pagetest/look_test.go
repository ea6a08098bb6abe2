//go:build slow

package pagetest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

var (
	tablet = device{name: "tablet", width: 820, height: 1180, touch: true}
	small  = device{name: "small phone", width: 360, height: 640, touch: true}
)

// TestPageInBothLanguages looks at one demo on each screen, in each language and in both
// themes. Whoever looks changes nothing that another looks at.
func TestPageInBothLanguages(t *testing.T) {
	t.Parallel()
	chromium(t)
	d := startDemo(t)
	first := visitTo(t, d, desktop, "")
	first.settled()
	for _, who := range []string{"layla", "manager"} {
		first.be(who)
		first.say(line)
		first.see(css("#place .msg.is-private[data-author=azeer]"))
		first.press(css(`#place [data-act="shortcuts"]`))
		first.press(css(`[role="menu"] [data-act="shortcut"]`))
		first.see(dialog)
		first.press(dialog.its(".modal-x"))
		first.gone(dialog)
	}
	t.Run("looks", func(t *testing.T) { // so that the demo outlives them all
		for _, on := range []device{desktop, tablet, phone, small} {
			for lang, direction := range map[string]string{"en": "ltr", "ar": "rtl"} {
				t.Run(on.name+", "+lang, func(t *testing.T) {
					t.Parallel()
					v := newVisit(t, d.url, on)
					v.look(d.url + "?lang=" + lang)
					v.settled()
					v.judged()
					v.see(css(`html[lang="` + lang + `"][dir="` + direction + `"] .workspace[dir="` + direction + `"]`))
					v.hasRoom()
					v.stripStaysAsItIs()
					v.looksAtPanels(lang)
					v.looksAtAMessage()
					v.formHasTheScreen()
				})
			}
		}
	})
}

// fits says what does not fit the screen, or is said in another language.
func (v *visit) fits(state, lang string) {
	v.Helper()
	for _, wide := range eval[[]string](v, `[document.documentElement, ...document.querySelectorAll('main, .feed-scroll, .panel, .frame, .steps, .bottom, .modal-body')]
		.filter((part) => eyes.shown(part) && part.scrollWidth > part.clientWidth + 1).map((part) => part.className || part.localName)`) {
		v.Errorf("%s: %s can be scrolled sideways", state, wide)
	}
	if lang == "ar" {
		for _, words := range eval[[]string](v, english) {
			v.Errorf("%s: in the Arabic page stands %q", state, words)
		}
	}
	v.accessible(state)
}

// english finds English words of the page itself, seen or heard: not names, nor what
// people, the app and the machines say.
const english = `(() => {
	const theirs = 'pre, code, .msg-content, .mk, .az-path, .az-move, .az-email, .gallery-stage, .gallery-file, .tl-what, .tl-text, .tl-breach, .tl-more .unseen, .place-topic, .pn-face, .avatar, .az-who, .az-said, .wf-outputs, .wf-error, [data-person] .menu-name';
	const known = /Azeer Assign|azeer-slack demo|Block Kit Builder|Workflow Builder|Azeer|Slack|WhatsApp|Twerlo|JSON|Ctrl K|Shift|Enter|\/assign|English|#\w+|\S+@\S+/g;
	const names = eyes.all({css: '.az-name, .side-name, .me-name bdi, .msg-author, .tl-who bdi, .place-title bdi, .intro-name', hidden: true}).map((node) => node.textContent);
	const strange = (text) => {
		let rest = (text || '').replace(known, ' ');
		for (const name of names) rest = rest.replaceAll(name, ' ');
		return /[A-Za-z]{2,}/.test(rest);
	};
	const found = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		const at = node.parentElement;
		if (!at.closest('noscript, script, ' + theirs) && at.checkVisibility() && strange(node.data)) found.push(node.data);
	}
	for (const node of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
		if (!node.checkVisibility() || node.closest(theirs) || node.matches('.tl-step, .tl-row')) continue;
		for (const name of ['aria-label', 'title', 'placeholder']) if (strange(node.getAttribute(name))) found.push(name + ': ' + node.getAttribute(name));
	}
	return [...new Set(found)];
})()`

// hasRoom looks how the parts of the page share the screen.
func (v *visit) hasRoom() {
	v.Helper()
	messages, panels := css("#messages .feed-box"), css(".panels")
	switch v.device {
	case tablet:
		if space, side := v.see(css(".workspace")), v.see(panels); space.Width < 400 || side.Width < 300 || space.Y != side.Y {
			v.Errorf("the workspace is %.0f wide, the panels beside it %.0f", space.Width, side.Width)
		}
	case small, phone:
		v.gone(panels)
		v.gone(css(".steps"))
		if got := v.see(messages).Height / float64(v.device.height); got < 0.6 {
			v.Errorf("the conversation has %.0f%% of the height", got*100)
		}
		fold := css(`[data-act="steps-fold"]`)
		v.press(fold)
		v.see(css(`.steps [data-step]`))
		v.accessible("with the first steps unfolded")
		v.press(fold)
		v.gone(css(".steps"))
	}
}

// stripStaysAsItIs tells the stages of the survival: each is one line of the strip, which
// becomes no higher.
func (v *visit) stripStaysAsItIs() {
	v.Helper()
	strip := css("#steps").evenHidden()
	before := v.see(strip).Height
	tell := func(stage string) {
		eval[bool](v, `import('/js/store.js').then(({ store }) => { store.emit('stage', { stage: '%s' }); return true; })`, stage)
	}
	for _, stage := range []string{"slow", "typed", "killed", "started", "survived", "failed"} {
		tell(stage)
		v.see(css(`.step[data-stage="` + stage + `"]`))
		if height := v.see(strip).Height; !v.device.narrow() && height > before {
			v.Errorf("at the stage %s the strip is %.0f pixels high, not %.0f", stage, height, before)
		}
		if lines := eval[float64](v, `(() => { const { height } = document.querySelector('.step[data-stage] .step-text').getBoundingClientRect(); return height / 19; })()`); !v.device.narrow() && lines > 1.5 {
			v.Errorf("the stage %s takes %.1f lines", stage, lines)
		}
	}
	tell("")
	v.gone(css(".step[data-stage]").evenHidden())
}

// looksAtPanels goes through the panels.
func (v *visit) looksAtPanels(lang string) {
	v.Helper()
	v.fits("chat", lang)
	v.show("azeer")
	v.see(css(".az-contact"))
	v.fits("Azeer", lang)
	v.show("timeline")
	v.barsAreToScale(lang)
	v.fits("What happened", lang)
	v.show("trouble")
	v.fits("Trouble", lang)
	v.show("workflow")
	v.fits("Workflow", lang)
	v.show("gallery")
	v.galleryIsInOrder(lang)
	v.show("chat")
}

// barsAreToScale looks at the bars of the timeline: in one line, and to scale.
func (v *visit) barsAreToScale(lang string) {
	v.Helper()
	v.press(interaction(line).its(".tl-more"))
	v.see(interaction(line).its(`[data-json="ack"]`))
	type part struct {
		Took, Width, Top float64
		Stage, Says      string
	}
	type bar struct {
		Kind, What string
		Parts      []part
		Sums       float64
		Lowest     float64
	}
	for _, one := range eval[[]bar](v, `eyes.all({css: '.tl-item'}).map((item) => ({
		Kind: item.dataset.kind, What: item.querySelector('.tl-what').textContent, Sums: item.querySelector('.tl-sums').offsetHeight,
		Parts: [...item.querySelectorAll('.tl-step')].map((part) => ({
			Took: Number(part.dataset.took), Width: part.getBoundingClientRect().width, Top: part.offsetTop, Stage: part.dataset.stage, Says: part.textContent,
		})),
	}))`) {
		if one.Sums > 20 || len(one.Parts) < 2 {
			v.Errorf("%s has %d parts, and below them %.0f pixels", one.What, len(one.Parts), one.Sums)
		}
		scale := 0.0 // the widest of the pixels a millisecond among the parts that are wide enough to tell
		for n, p := range one.Parts {
			if p.Top != one.Parts[0].Top {
				v.Errorf("%s: part %d is in another line", one.What, n)
			}
			if p.Stage == "end" || p.Width < 20 || p.Took < 0.5 {
				continue
			}
			per := p.Width / p.Took
			if scale > 0 && (per > scale*1.4 || per < scale/1.4) {
				v.Errorf("%s: part %d has %.1f pixels a millisecond, another %.1f", one.What, n, per, scale)
			}
			scale = per
		}
		begins := one.Parts[0].Says
		if want := map[string]string{"en": "chosen", "ar": "اختير"}[lang]; one.Kind == "shortcut" && !strings.HasPrefix(begins, want) {
			v.Errorf("the shortcut begins with %q", begins)
		}
		if want := map[string]string{"en": "typed", "ar": "كُتب"}[lang]; one.Kind == "slash_commands" && !strings.HasPrefix(begins, want) {
			v.Errorf("the command begins with %q", begins)
		}
	}
	v.see(css(`.tl-item[data-kind="shortcut"]`))
	if got := eval[string](v, `import('/js/timeline.js').then(({ outcome }) => outcome({ steps: [
		{ name: 'typed', at: 0 }, { name: 'seen', at: 2 }, { name: 'stored', at: 3 }, { name: 'acknowledged', at: 3 }] }).name)`); got != "seen" {
		v.Errorf("what was seen and then acknowledged is %s", got)
	}
}

// galleryIsInOrder looks at the groups, searches, and copies a sample.
func (v *visit) galleryIsInOrder(lang string) {
	v.Helper()
	v.see(css(".gallery-item"))
	type group struct{ Name, Title string }
	groups := eval[[]group](v, `[...document.querySelectorAll('.gallery-group')].map((group) => ({Name: group.dataset.group, Title: group.querySelector('h3').textContent}))`)
	if first := groups[0]; len(groups) < 6 || first.Name != "groupDone" || first.Title != map[string]string{"en": "Done", "ar": "تم"}[lang] {
		v.Errorf("the groups are %v", groups)
	}
	v.gone(css(`.gallery-item:not([data-lang="` + lang + `"])`))
	v.fill(css(".gallery-search"), map[string]string{"en": "country code missing", "ar": "رمز الدولة ناقص"}[lang])
	v.gone(css(`.gallery-item[data-name="assigned"]`))
	found := css(`.gallery-item[data-name="mistakes_phone_rewritten"]`)
	v.see(found)
	v.fits("Gallery", lang)
	eval[bool](v, `(navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }, true)`)
	v.press(found.its(`[data-act="copy-builder"]`))
	v.copiedBlocks()
	v.fill(css(".gallery-search"), "xyzzy")
	v.gone(css(".gallery-item"))
	v.see(css(".gallery-note"))
}

// copiedBlocks waits for something in the clipboard that Block Kit Builder takes.
func (v *visit) copiedBlocks() {
	v.Helper()
	text := eval[string](v, `eyes.until(() => window.copied, 5000, () => 'nothing was copied')`)
	var body struct{ Blocks []map[string]any }
	if err := json.Unmarshal([]byte(text), &body); err != nil || len(body.Blocks) == 0 {
		v.Errorf("copied %s (%v)", text, err)
	}
	eval[bool](v, `(window.copied = undefined, true)`)
}

// looksAtAMessage views an answer as JSON, and finds it in the timeline.
func (v *visit) looksAtAMessage() {
	v.Helper()
	keep := css(`#place .place-note [data-act="keep"]`)
	v.press(keep)
	answer := css(`#place .msg.is-private[data-author="azeer"]`).newest()
	v.see(answer)
	v.messageMenu(answer)
	v.press(css(`[role="menu"] [data-act="json"]`))
	sheet := css(".json-sheet")
	v.see(sheet.its("pre").says(`"blocks"`))
	v.accessible("with a message as JSON")
	v.press(sheet.its(`[data-act="copy-builder"]`))
	v.copiedBlocks()
	v.key(escape)
	v.gone(sheet)
	v.messageMenu(answer)
	v.press(css(`[role="menu"] [data-act="timeline"]`))
	v.see(css(`.tl-item[data-outcome="seen"]:focus`).says(line))
	v.show("chat")
}

// formHasTheScreen opens the form, which on a phone hides everything else.
func (v *visit) formHasTheScreen() {
	v.Helper()
	v.say("/assign ")
	form := v.see(dialog)
	if v.device.narrow() && (int64(form.Width) != v.device.width || int64(form.Height) != v.device.height) {
		v.Errorf("the form is %.0f×%.0f", form.Width, form.Height)
	}
	v.accessible("with the form")
	v.press(dialog.its(".modal-x"))
	v.gone(dialog)
}

// Keyboard alone, from right to left.
func TestTabReachesTheArabicPage(t *testing.T) {
	t.Parallel()
	chromium(t)
	d := startDemo(t)
	v := newVisit(t, d.url, desktop)
	v.demo = d
	v.look(d.url + "?lang=ar")
	v.settled()
	v.judged()
	v.say(line)
	v.see(css(`#place .msg.is-private`))
	v.show("timeline")
	v.tabThrough("the Arabic page")
	v.keyToPart(css(`[role="tab"][data-panel="timeline"]`))
	v.key(arrowRight) // the one before, from right to left
	v.onFocus(css(`[role="tab"][data-panel="azeer"]`))
}

// Why something cannot be done is said in the person's language; of the panels, in the page's.
func TestReasonsAreInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	v := open(t, desktop)
	complaint := css("#place .composer-error")
	toast := css(`.toast[data-toast="error"]`)
	v.say("/invite @nobody ")
	v.see(complaint.says("Nobody here is called @nobody."))
	v.be("layla")
	v.say("/invite @nobody ")
	v.see(complaint.says("لا يوجد هنا أحد باسم \u2068@nobody\u2069."))
	v.say("/invite ")
	v.see(complaint.says("مثال"))
	v.killBot()
	v.show("trouble")
	v.press(css(`[data-switch="slack_refresh"]`))
	v.see(toast.says("ليس للبوت اتصال يُجدَّد"))
	v.press(toast.its("button"))
	v.press(css(`[data-act="settings"]`))
	v.press(css(`[role="menu"] [data-act="language"][data-language="en"]`))
	v.press(css(`[data-switch="slack_refresh"]`).says("Refresh"))
	v.see(toast.says("The bot has no socket to refresh. Start the bot first."))

	// What the page does not know is told all the same, and names a reason within a reason.
	for _, reason := range eval[[]string](v, `import('/js/errorwords.js').then(({ reasonFor }) => [
		reasonFor('something new', true), reasonFor('fill in "agent": there is no option "x" among 3', false), reasonFor('wait for the app: the sandbox is closed', true), reasonFor('', true)])`) {
		if !slices.Contains([]string{"لم ينجح ذلك: \u2068something new\u2069", "There is no option “x”.", "توقف انتظار التطبيق: \u2068أُغلقت بيئة التجربة.\u2069", ""}, reason) {
			t.Errorf("a reason is %q", reason)
		}
	}
}

// Whoever one is, the language can be chosen for the page alone.
func TestLanguageOfThePageIsThePersonsOrTheChosen(t *testing.T) {
	t.Parallel()
	v := open(t, desktop)
	v.see(css(`html[lang="en"] .steps[aria-label="First steps"]`))
	v.be("layla")
	v.see(css(`html[lang="ar"][dir="rtl"]`))
	v.see(css(`[role="tab"][data-panel="trouble"]`).says("الأعطال"))
	v.press(css(`[data-act="settings"]`))
	v.press(css(`[role="menu"] [data-act="language"][data-language="en"]`))
	v.see(css(`html[lang="en"][dir="ltr"] .workspace[dir="rtl"]`))
	v.reload()
	v.see(css(`html[lang="en"][dir="ltr"] .workspace[dir="rtl"]`))
	v.press(css(`[data-act="settings"]`))
	v.press(css(`[role="menu"] [data-act="language"][data-language="auto"]`))
	v.be("manager")
	v.see(css(`html[lang="en"][dir="ltr"] .workspace[dir="ltr"]`))
	v.turn("azeer_slow")
	v.be("layla")
	v.show("timeline")
	v.see(css(".tl-mark").says("كل رد من Azeer يستغرق 5 ثوانٍ"))
	v.catalogues()
}

// catalogues looks at all texts: each in both languages, of one kind, the Arabic in Arabic.
func (v *visit) catalogues() {
	v.Helper()
	for _, wrong := range eval[[]string](v, `(async () => {
		const [{ pageTexts }, { titles }, { clientTexts }, { formTexts }, { errorTexts }] = await Promise.all(
			['pagewords', 'gallerywords', 'phrases', 'words', 'errorwords'].map((name) => import('/js/' + name + '.js')));
		const wrong = [];
		const judge = (key, pair) => {
			if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== typeof pair[1]) {
				wrong.push(key + ' is not in both languages');
				return;
			}
			const [english, arabic] = pair.map((text) => (typeof text === 'function' ? text(3, 4) : text)).map(String);
			if (/[a-z]{2}/i.test(arabic.replace(/Azeer|JSON/g, '')) && !/[\u0600-\u06ff]/.test(arabic)) wrong.push(key + ' is not in Arabic');
			if (/[\u0600-\u06ff]/.test(english)) wrong.push(key + ' is not in English');
		};
		for (const [key, pair] of [...Object.entries(pageTexts), ...Object.entries(titles), ...Object.entries(errorTexts)]) judge(key, pair);
		for (const { english, arabic } of [clientTexts, formTexts]) {
			for (const key of new Set([...Object.keys(english), ...Object.keys(arabic)])) judge(key, [english[key], arabic[key]]);
		}
		return wrong;
	})()`) {
		v.Error(wrong)
	}
}
