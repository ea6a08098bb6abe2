package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
)

// Golden is a sample of a message or view of the app.
type Golden struct {
	Name string          `json:"name"`
	Kind string          `json:"kind"` // Message or view
	Lang string          `json:"lang"`
	File string          `json:"file"` // its name, without folders
	JSON json.RawMessage `json:"json"`
}

const goldenSuffix = ".golden.json"

func (p *Page) serveGallery(w http.ResponseWriter, _ *http.Request) {
	all, err := ReadGoldens(p.cfg.Goldens)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeJSON(w, all)
}

// ReadGoldens reads the samples in any folder: <kind>_<name>[.<lang>].golden.json is a
// message or view, and <names>[.<lang>].golden.json an object of several messages by name.
func ReadGoldens(files fs.FS) ([]Golden, error) {
	all := []Golden{}
	if files == nil {
		return all, nil
	}
	err := fs.WalkDir(files, ".", func(file string, d fs.DirEntry, err error) error {
		name, fits := strings.CutSuffix(path.Base(file), goldenSuffix)
		if err != nil || d.IsDir() || !fits {
			return err
		}
		raw, err := fs.ReadFile(files, file)
		if err != nil {
			return fmt.Errorf("read golden: %w", err)
		}
		lang := "en"
		if base, tag, tagged := strings.Cut(name, "."); tagged {
			name, lang = base, tag
		}
		read, err := samples(name, lang, raw)
		if err != nil {
			return fmt.Errorf("read golden %s: %w", file, err)
		}
		for n := range read {
			read[n].File = path.Base(file)
		}
		all = append(all, read...)
		return nil
	})
	return all, err
}

// samples are what one golden file holds.
func samples(name, lang string, raw []byte) ([]Golden, error) {
	kind, rest, _ := strings.Cut(name, "_")
	if kind == "message" || kind == "view" {
		if !json.Valid(raw) {
			return nil, errors.New("it is no JSON")
		}
		return []Golden{{Name: rest, Kind: kind, Lang: lang, JSON: raw}}, nil
	}
	var messages map[string]json.RawMessage
	if err := json.Unmarshal(raw, &messages); err != nil {
		return nil, fmt.Errorf("it holds no messages by name: %w", err)
	}
	var all []Golden
	for _, each := range slices.Sorted(maps.Keys(messages)) {
		all = append(all, Golden{Name: name + "_" + each, Kind: "message", Lang: lang, JSON: messages[each]})
	}
	return all, nil
}
