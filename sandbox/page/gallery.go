package page

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// Golden is a sample of a message or view of the app.
type Golden struct {
	Name string          `json:"name"`
	Kind string          `json:"kind"` // message or view
	Lang string          `json:"lang"`
	JSON json.RawMessage `json:"json"`
}

const goldenSuffix = ".golden.json"

func (p *Page) serveGallery(w http.ResponseWriter, _ *http.Request) {
	all, err := goldens(p.cfg.Goldens)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeJSON(w, all)
}

// goldens reads <kind>_<name>[.<lang>].golden.json in any folder; what is named
// otherwise is no sample of something to draw.
func goldens(files fs.FS) ([]Golden, error) {
	all := []Golden{}
	if files == nil {
		return all, nil
	}
	err := fs.WalkDir(files, ".", func(file string, d fs.DirEntry, err error) error {
		name, fits := strings.CutSuffix(path.Base(file), goldenSuffix)
		kind, name, named := strings.Cut(name, "_")
		if err != nil || d.IsDir() || !fits || !named || kind != "message" && kind != "view" {
			return err
		}
		raw, err := fs.ReadFile(files, file)
		if err != nil {
			return fmt.Errorf("read golden: %w", err)
		}
		if !json.Valid(raw) {
			return fmt.Errorf("read golden %s: it is no JSON", file)
		}
		g := Golden{Name: name, Kind: kind, Lang: "en", JSON: raw}
		if base, lang, ok := strings.Cut(name, "."); ok {
			g.Name, g.Lang = base, lang
		}
		all = append(all, g)
		return nil
	})
	return all, err
}
