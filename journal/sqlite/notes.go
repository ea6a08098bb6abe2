package sqlite

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal/store"
)

const (
	// syncWithin is how long what is noted waits for a sync.
	syncWithin = time.Second
	// manyNotes are worth taking along with an acceptance.
	manyNotes = 32
)

// note is what became of one assignment, as far as the tables do not have it yet.
type note struct {
	ID       int64    `json:"id"`
	Sent     bool     `json:"sent,omitempty"`
	Ended    *outcome `json:"ended,omitempty"`
	Answered bool     `json:"answered,omitempty"`
	Audited  bool     `json:"audited,omitempty"`
}

// outcome is a store.Finish as it is noted.
type outcome struct {
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	Newer *int64 `json:"newer,omitempty"`
	At    int64  `json:"at"` // µs since 1970
	Due   bool   `json:"due,omitempty"`
	Sum   int64  `json:"sum"`
	Given string `json:"given,omitempty"` // whom to
	Told  bool   `json:"told,omitempty"`  // whether the new owner is to be told
}

// add takes in what came later.
func (n *note) add(later note) {
	n.Sent = n.Sent || later.Sent
	n.Answered = n.Answered || later.Answered
	n.Audited = n.Audited || later.Audited
	if n.Ended == nil {
		n.Ended = later.Ended
	}
}

// notes hold what need not be synced when it is said: that Azeer is called, an outcome, that
// the requester was told. A transaction for each would cost more than all the rest. So each is
// appended to a file beside the journal, which outlives the process as all does that the kernel
// has, and put into the tables with many others, within syncWithin.
type notes struct {
	mu   sync.Mutex
	file *os.File
	size int64
	// all are the notes of the file, by assignment, and order is that of their first.
	all   map[int64]*note
	order []*note
	hand  hand
	timer *time.Timer // has them put into the tables
	// stuck says that this has failed: what is said next then shows it.
	stuck bool
}

// openNotes opens the file at path. What is in it may be less than was noted if it is not whole:
// it was not there, or is damaged.
func openNotes(path string) (n *notes, whole bool, err error) {
	n = &notes{all: make(map[int64]*note), hand: newHand()}
	_, missing := os.Stat(path)
	if n.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, false, err
	}
	text, err := io.ReadAll(n.file)
	if err != nil {
		return nil, false, errors.Join(err, n.file.Close())
	}
	n.read(text)
	if n.size < int64(len(text)) {
		return n, false, n.file.Truncate(n.size)
	}
	return n, !errors.Is(missing, fs.ErrNotExist), nil
}

// read takes notes in hand, up to the first that is not as it was written.
func (n *notes) read(text []byte) {
	for len(text) > 0 {
		line, rest, ended := bytes.Cut(text, []byte("\n"))
		sum, content, _ := bytes.Cut(line, []byte(" "))
		var one note
		if !ended || string(sum) != sumOf(content) || json.Unmarshal(content, &one) != nil {
			return
		}
		n.keep(one)
		n.size += int64(len(line)) + 1
		text = rest
	}
}

func sumOf(content []byte) string {
	return fmt.Sprintf("%08x", crc32.ChecksumIEEE(content))
}

// keep takes a note in hand.
func (n *notes) keep(one note) {
	before := n.all[one.ID]
	if before == nil {
		before = &note{ID: one.ID}
		n.all[one.ID] = before
		n.order = append(n.order, before)
		n.hand.note(one.ID)
	}
	before.add(one)
}

// write appends a note to the file. false: it cannot be noted. Callers hold mu.
func (n *notes) write(one note) bool {
	if n.stuck {
		return false
	}
	content, err := json.Marshal(one)
	if err != nil {
		return false
	}
	line := append(append(append([]byte(sumOf(content)), ' '), content...), '\n')
	if _, err := n.file.WriteAt(line, n.size); err != nil {
		return false
	}
	n.size += int64(len(line))
	if len(n.order) == 0 {
		n.timer.Reset(syncWithin)
	}
	n.keep(one)
	return true
}

// concern tells whether the tables lack something that a transaction of those operations may
// look at, or so much that it shall be taken along. Callers hold mu.
func (n *notes) concern(operations []store.Operation) bool {
	if len(n.order) >= manyNotes {
		return true
	}
	independent := len(operations) > 0
	for _, o := range operations {
		accept, is := o.(*store.Accept)
		independent = independent && is && !n.hand.isNoted(accept.Contact)
	}
	return !independent
}

// written forgets the notes: they are in the tables, synced. A file that cannot be emptied holds
// nothing that is not true. Callers hold mu.
func (n *notes) written() {
	clear(n.all)
	n.order = n.order[:0]
	n.hand.written()
	if n.timer != nil {
		n.timer.Stop()
	}
	if n.size > 0 && n.file.Truncate(0) == nil {
		n.size = 0
	}
}

// isAlone tells whether of the contact of an assignment nothing else is noted. Callers hold mu.
func (n *notes) isAlone(id int64) bool {
	one := n.hand.held[id]
	return one != nil && (one.contact.notes == 0 || one.contact.notes == 1 && n.all[id] != nil)
}

// isFirst tells whether the contact of an assignment surely had no earlier one.
func (n *notes) isFirst(id int64) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hand.isFirst(id)
}

// turn tells whether an assignment may make its next attempt, and what is newer if not. sent tells
// whether it is noted that Azeer is called, which it is here if it is about to be.
func (n *notes) turn(id int64, sending bool) (verdict assign.TurnVerdict, newest int64, sent bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	verdict, newest = n.hand.turn(id)
	if verdict == assign.TurnGo && sending && !n.hand.isSent(id) && n.write(note{ID: id, Sent: true}) {
		n.hand.send(id)
	}
	return verdict, newest, n.hand.isSent(id)
}

// Note carries an operation out that needs no sync, if it can be noted; see notes. What is noted
// beside a file that is gone would be lost, or of no use to another.
func (d *DB) Note(o store.Operation) bool {
	if d.file.stillThere() != nil {
		return false // committing says why
	}
	n := d.notes
	n.mu.Lock()
	defer n.mu.Unlock()
	switch o := o.(type) {
	case *store.Finish:
		o.Done = n.hand.isOpen(o.ID) && !(o.Unsent && n.hand.isSent(o.ID))
		if !o.Done {
			return true
		}
		if !n.write(note{ID: o.ID, Ended: &outcome{o.Kind, o.Outcome, o.Newer, d.endedAt(o), d.cfg.Audit, o.Sum(), o.GivenTo, d.cfg.Notify}}) {
			return false
		}
		n.hand.finish(o.ID)
		return true
	case *store.Answered:
		if !n.hand.isFinished(o.ID) || !n.write(note{ID: o.ID, Answered: true}) {
			return false
		}
		o.Found = true
		n.hand.drop(o.ID)
		return true
	case *store.Audited:
		return n.write(note{ID: o.ID, Audited: true})
	}
	return false
}

// endedAt is when an outcome came to be, in µs since 1970.
func (d *DB) endedAt(o *store.Finish) int64 { return d.cfg.Now().Add(-o.Ended).UnixMicro() }

func writeNotes(tx transaction, noted []*note) error {
	for _, n := range noted {
		if err := writeNote(tx, n); err != nil {
			return err
		}
	}
	return nil
}

// writeNote may meet what it writes in the tables: where the process was killed before the file
// was emptied.
func writeNote(tx transaction, n *note) error {
	var changed int64
	var err error
	switch e := n.Ended; {
	case e != nil && n.Answered:
		changed, err = tx.exec(sqlSettle, n.ID, e.Kind, e.Text, e.Newer, e.At, e.Due, e.Sum, e.Given)
	case e != nil:
		_, err = tx.exec(sqlFinish, n.ID, e.Kind, e.Text, e.Newer, e.At, e.Due, e.Sum, e.Given, false)
	case n.Sent:
		_, err = tx.exec(sqlSending, n.ID)
	}
	if err == nil && n.Ended != nil && n.Ended.Told {
		_, err = tx.exec(sqlNotify, n.ID)
	}
	if err == nil && n.Answered && changed == 0 {
		_, err = tx.exec(store.SQLAnswered, n.ID)
	}
	if err == nil && n.Audited {
		_, err = tx.exec(sqlAudited, n.ID)
	}
	return err
}

// writeNoted puts what is noted into the tables, with a transaction of its own. If that fails,
// the next operation does, too.
func (d *DB) writeNoted() {
	_ = d.use(context.Background(), func() error { return d.settle(0) })
}

// close closes the file. What is still in it is read at the next start.
func (n *notes) close() error {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.timer != nil {
		n.timer.Stop()
	}
	return n.file.Close()
}
