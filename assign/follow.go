package assign

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"azeer-slack/internal/catch"
	"azeer-slack/internal/retry"
)

// batches are those of which this process carries something out.
type batches struct {
	mu       sync.Mutex
	followed map[int64]*followed
	// asked tells since when a batch is under way, by what it asks for.
	asked map[string]askedBatch
	until time.Time // nothing of a batch is sent before
}

// askedBatch is a batch that another one may be the same as.
type askedBatch struct {
	id int64
	at time.Time
}

// followed is a batch as this process has it in hand.
type followed struct {
	first   *job           // of those that were received here
	open    map[int64]*job // those that are not finished
	changed chan struct{}  // gets a token when open is empty
}

// reserve notes that a batch is asked for; false if one that asks for the same is under way.
func (f *batches) reserve(requests []Request) bool {
	var text strings.Builder
	text.WriteString(requests[0].Requester)
	for _, r := range requests {
		text.WriteString("\n" + r.Contact.Digits() + " " + r.Agent.Encode())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if same, ok := f.asked[text.String()]; ok && time.Since(same.at) < JoinWindow {
		return false
	}
	if f.asked == nil {
		f.asked = make(map[string]askedBatch)
	}
	f.asked[text.String()] = askedBatch{requests[0].Batch, time.Now()}
	return true
}

// free notes that a batch is not under way any more.
func (f *batches) free(id int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.followed, id)
	for text, b := range f.asked {
		if b.id == id {
			delete(f.asked, text)
		}
	}
}

// pause keeps everything that is part of a batch from being sent for a while.
func (f *batches) pause(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if until := time.Now().Add(d); until.After(f.until) {
		f.until = until
	}
}

func (f *batches) pausedFor() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Until(f.until)
}

// add takes in a member; fresh tells that it is the first of its batch here.
func (f *batches) add(j *job) (b *followed, fresh bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b = f.followed[j.Batch]
	if fresh = b == nil; fresh {
		b = &followed{first: j, open: make(map[int64]*job), changed: make(chan struct{}, 1)}
		if f.followed == nil {
			f.followed = make(map[int64]*followed)
		}
		f.followed[j.Batch] = b
	}
	if j.ID < b.first.ID {
		b.first = j
	}
	if !j.Finished() {
		b.open[j.ID] = j
	}
	return b, fresh
}

// ended notes that this process has nothing more to do for a job.
func (f *batches) ended(j *job) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.followed[j.Batch]
	if b == nil {
		return
	}
	delete(b.open, j.ID)
	if len(b.open) == 0 {
		b.wake()
	}
}

func (b *followed) wake() {
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// interrupt has the members of a batch that wait look whether they are still to be done.
func (f *batches) interrupt(id int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b := f.followed[id]; b != nil {
		for _, j := range b.open {
			j.interrupt()
		}
		b.wake()
	}
}

// firstOf is the job that stands for a batch, as far as this process knows.
func (f *batches) firstOf(b *followed) *job {
	f.mu.Lock()
	defer f.mu.Unlock()
	return b.first
}

func (f *batches) hasOpen(b *followed) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(b.open) > 0
}

// startMember sends a member of a batch on its way.
func (s *Service) startMember(ctx, wire context.Context, j *job) {
	b, fresh := s.batches.add(j)
	if j.Finished() {
		s.drop(j)
	} else {
		s.enqueue(ctx, wire, j)
	}
	if fresh {
		s.work.Go(func() { s.follow(ctx, wire, j.Batch, b) })
	}
}

// progressAfter is when the requester is told how far a batch is, counted from when an interim
// answer would be due: a response URL takes five posts, and the last is for the result.
var progressAfter = []time.Duration{0, 30 * time.Second, 2 * time.Minute, 8 * time.Minute}

// follow tells the requester how far a batch is, and in the end what became of it. That is for
// the process that has its first member: the others leave it alone.
func (s *Service) follow(ctx, wire context.Context, id int64, f *followed) {
	defer s.batches.free(id)
	for told := 0; ; {
		b, ok := s.readBatch(wire, id)
		if !ok || len(b.Members) == 0 {
			return
		}
		first := s.batches.firstOf(f)
		if b.First().ID != first.ID {
			return
		}
		b.Members[0].Reply = first.Reply
		if b.Unfinished() == 0 {
			s.deliverBatch(ctx, wire, b)
			return
		}
		if ctx.Err() != nil && !s.batches.hasOpen(f) {
			return // what is left goes on after the next start
		}
		next := progressAt(b, s.cfg.Interim, told)
		if told < len(progressAfter) && !time.Now().Before(next) {
			s.tellProgress(ctx, wire, b)
			for told < len(progressAfter) && !time.Now().Before(progressAt(b, s.cfg.Interim, told)) {
				told++
			}
			continue
		}
		if !s.awaitChange(ctx, wire, f, time.Until(next), told < len(progressAfter)) {
			return
		}
	}
}

func progressAt(b Batch, interim time.Duration, told int) time.Time {
	if told >= len(progressAfter) {
		return time.Time{}
	}
	return b.First().AcceptedAt.Add(interim + progressAfter[told])
}

// awaitChange waits until it is worth looking at a batch again; false: it is left to the next
// start. Other processes that share the journal are not heard of.
func (s *Service) awaitChange(ctx, wire context.Context, f *followed, next time.Duration, timed bool) bool {
	if s.cfg.RecoverEvery > 0 && (!timed || s.cfg.RecoverEvery < next) {
		next, timed = s.cfg.RecoverEvery, true
	}
	var due <-chan time.Time
	if timed {
		timer := time.NewTimer(next)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-f.changed:
		return wire.Err() == nil
	case <-due:
		return true
	case <-ctx.Done():
	}
	select {
	case <-f.changed:
		return wire.Err() == nil
	case <-wire.Done():
		return false
	}
}

// readBatch reads what became of a batch so far, until that succeeds or the wire is cut.
func (s *Service) readBatch(wire context.Context, id int64) (Batch, bool) {
	for n := 0; ; n++ {
		var members []Assignment
		err := catch.Panics(func() (err error) {
			members, err = s.journal.Members(wire, id)
			return err
		})
		if err == nil {
			return Batch{ID: id, Members: members}, true
		}
		if wire.Err() == nil && n == 0 {
			s.log.Warn().Err(err).Msg("batch could not be read; will retry")
		}
		if !retry.Sleep(wire, journalBackoff.After(n)) {
			return Batch{}, false
		}
	}
}

// tellProgress says how far a batch is, unless ctx has ended; see tellInterim.
func (s *Service) tellProgress(ctx, wire context.Context, b Batch) {
	if ctx.Err() != nil || s.limits.answers.acquire(ctx, claim{requester: b.First().Requester}, nil) != nil {
		return
	}
	defer s.limits.answers.release()
	limited, done := context.WithTimeout(wire, interimLimit)
	defer done()
	if err := catch.Panics(func() error { s.answerer.Progress(limited, b); return nil }); err != nil {
		s.log.Error().Err(err).Int64("assignment", b.First().ID).Msg("panic while telling progress")
	}
}

// deliverBatch is deliver for a batch.
func (s *Service) deliverBatch(ctx, wire context.Context, b Batch) {
	first := &job{Assignment: b.First()}
	s.log.Info().Int64("assignment", first.ID).Int("members", len(b.Members)).Msg("batch finished")
	for n := 0; ; n++ {
		err := s.answerBatch(wire, b)
		if err == nil {
			break
		}
		if errors.Is(err, ErrRequesterGone) {
			s.log.Info().Err(err).Int64("assignment", first.ID).Msg("nobody left to answer")
			break
		}
		if wire.Err() == nil {
			s.log.Warn().Err(err).Int64("assignment", first.ID).Int("try", n+1).Msg("answer not delivered; will retry")
		}
		if !retry.Sleep(ctx, answerBackoff.After(n)) {
			return
		}
	}
	s.persist(wire, first, "answer could not be noted; will retry", func(ctx context.Context) error {
		return s.journal.AnsweredBatch(ctx, b.ID)
	})
}

func (s *Service) answerBatch(wire context.Context, b Batch) error {
	if err := s.limits.answers.acquire(wire, claim{requester: b.First().Requester}, nil); err != nil {
		return err
	}
	defer s.limits.answers.release()
	limited, done := context.WithTimeout(wire, answerLimit)
	defer done()
	err := catch.Panics(func() error { return s.answerer.AnswerBatch(limited, b) })
	var p *catch.Panic
	if errors.As(err, &p) {
		s.logPanic(&job{Assignment: b.First()}, p, "panic while answering")
	}
	return err
}
