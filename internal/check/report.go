package check

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// Status says how a thing is.
type Status string

// The statuses.
const (
	OK      Status = "ok"
	Wrong   Status = "wrong"
	Skipped Status = "skipped" // not tried, since something else is wrong
	Note    Status = "note"    // good to know
)

var marks = map[Status]string{OK: "✓", Wrong: "✗", Skipped: "–", Note: "·"}

// Finding is one thing that was looked at.
type Finding struct {
	Part   string `json:"part"` // of the set-up: settings, manifest, slack, socket, messages, azeer, journal, http, numbers, rehearsal
	Status Status `json:"status"`
	What   string `json:"what"`
	Cure   string `json:"cure,omitempty"` // only of what is wrong
}

// Report gathers what was found, and shows each thing at once where somebody reads along.
type Report struct {
	out io.Writer // nil: nobody reads along

	mu       sync.Mutex // a rehearsal reports from several goroutines
	part     string
	findings []Finding
}

// NewReport makes a report. What is found is written to out, a line each; nil: it is not.
func NewReport(out io.Writer) *Report { return &Report{out: out} }

func (r *Report) begin(part string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.part = part
}

func (r *Report) add(status Status, cure, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := Finding{Part: r.part, Status: status, What: fmt.Sprintf(format, args...), Cure: cure}
	r.findings = append(r.findings, f)
	if r.out == nil {
		return
	}
	skipped := ""
	if status == Skipped {
		skipped = "skipped: "
	}
	fmt.Fprintf(r.out, "%s %s%s\n", marks[status], skipped, f.What)
	if cure != "" {
		fmt.Fprintf(r.out, "    → %s\n", cure)
	}
}

// tell writes to whoever reads along, and keeps nothing.
func (r *Report) tell(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.out != nil {
		fmt.Fprintf(r.out, format+"\n", args...)
	}
}

func (r *Report) count(status Status) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.findings {
		if f.Status == status {
			n++
		}
	}
	return n
}

// Well tells whether nothing is wrong.
func (r *Report) Well() bool { return r.count(Wrong) == 0 }

// Verdict sums up in words.
func (r *Report) Verdict() string {
	switch wrong, skipped := r.count(Wrong), r.count(Skipped); {
	case wrong == 0:
		return "\nAll is well. Start it with: azeer-slack run\n"
	case skipped > 0:
		return fmt.Sprintf("\n%s to fix; %d skipped for that.\n", things(wrong), skipped)
	default:
		return fmt.Sprintf("\n%s to fix.\n", things(wrong))
	}
}

func things(n int) string {
	if n == 1 {
		return "One thing"
	}
	return fmt.Sprintf("%d things", n)
}

// WriteJSON writes everything as one JSON object.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		OK       bool      `json:"ok"`
		Wrong    int       `json:"wrong"`
		Skipped  int       `json:"skipped"`
		Findings []Finding `json:"findings"`
	}{r.Well(), r.count(Wrong), r.count(Skipped), append([]Finding{}, r.findings...)})
}
