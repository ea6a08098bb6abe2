//go:build slow

package pagetest

import (
	"encoding/json"
	"io/fs"
	"path"
	"strings"
	"testing"

	azeerslack "azeer-slack"
)

func TestGalleryShowsEveryGolden(t *testing.T) {
	goldens := map[string]string{} // by name and language: kind
	files := map[string]bool{}
	err := fs.WalkDir(azeerslack.Goldens, ".", func(file string, entry fs.DirEntry, err error) error {
		base, golden := strings.CutSuffix(path.Base(file), ".golden.json")
		if err != nil || !golden {
			return err
		}
		files[path.Base(file)] = true
		base, lang, tagged := strings.Cut(base, ".")
		if !tagged {
			lang = "en"
		}
		if kind, name, _ := strings.Cut(base, "_"); kind == "message" || kind == "view" {
			goldens[name+" "+lang] = kind
			return nil
		}
		raw, err := fs.ReadFile(azeerslack.Goldens, file)
		if err != nil {
			return err
		}
		var several map[string]any // mistakes and outcomes: all that there are, in one file
		if err := json.Unmarshal(raw, &several); err != nil {
			return err
		}
		for name := range several {
			goldens[base+"_"+name+" "+lang] = "message"
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	onEachDevice(t, func(v *visit) {
		v.show("gallery")
		v.see(css(".gallery-item"))
		v.choose("")
		type item struct{ Name, Lang, Kind, Dir, Text, File, Tag, Title string }
		shown := eval[[]item](v, `eyes.all({css: '.gallery-item', hidden: true}).map((item) => ({
			Name: item.dataset.name, Lang: item.dataset.lang, Kind: item.dataset.kind, Text: item.innerText, Title: item.querySelector('.gallery-name').textContent,
			File: item.querySelector('.gallery-file').textContent, Tag: item.querySelector('.gallery-app')?.textContent || '',
			Dir: getComputedStyle(item.querySelector('[data-block], .mk') || item).direction,
		}))`)
		seen := map[string]bool{}
		for _, one := range shown {
			key := one.Name + " " + one.Lang
			seen[key] = true
			if goldens[key] != one.Kind {
				v.Errorf("%s is shown as a %s, and is a %q", key, one.Kind, goldens[key])
			}
			if want := map[bool]string{true: "rtl", false: "ltr"}[one.Lang == "ar"]; one.Dir != want {
				v.Errorf("%s runs %s", key, one.Dir)
			}
			if strings.Contains(one.Title, "_") || one.Title == strings.ReplaceAll(one.Name, "_", " ") {
				v.Errorf("%s has no title in gallerywords.js", key)
			}
			if !files[one.File] {
				v.Errorf("%s is said to stand in %s", key, one.File)
			}
			if want := map[string]string{"en": "APP", "ar": "تطبيق"}[one.Lang]; one.Kind == "message" && one.Tag != want {
				v.Errorf("%s is marked %q", key, one.Tag)
			}
		}
		for key := range goldens {
			if !seen[key] {
				v.Errorf("%s is not shown", key)
			}
		}
		if odd := eval[int](v, `document.querySelectorAll('.bk-unknown').length`); odd > 0 {
			v.Errorf("%d blocks or elements are unknown to the page", odd)
		}
	})
}

// choose shows the samples in one language of the gallery; "" is all.
func (v *visit) choose(lang string) {
	v.Helper()
	eval[bool](v, `(() => {
		const picker = document.querySelector('[data-gallery-lang]');
		picker.value = '%s';
		return picker.dispatchEvent(new Event('change'));
	})()`, lang)
}
