package journal

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/store"
)

// One bad request must not take others of its transaction down with it.
func TestOneBadRequestFailsAlone(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t)
	j := mustOpen(t, url, Config{})
	execute(t, url, "ALTER TABLE assignments ADD CHECK (requester <> 'U-bad')")
	bad := journaltest.Numbered(99)
	bad.Requester = "U-bad"
	jobs := make([]*write, 5)
	for i := range jobs {
		jobs[i] = &write{operations: []store.Operation{encodeRequest(journaltest.Numbered(i))}, done: make(chan struct{})}
	}
	jobs[2].operations = []store.Operation{encodeRequest(bad)}
	j.writer.carryOut(jobs)
	for i, job := range jobs {
		<-job.done
		if (job.err != nil) != (i == 2) {
			t.Errorf("job %d: error %v", i, job.err)
		}
	}
}

// One that has waited too long must not take others of its transaction down with it.
func TestOneLateRequestFailsAlone(t *testing.T) {
	t.Parallel()
	j := mustOpen(t, journaltest.StartPostgres(t), Config{})
	jobs := make([]*write, 5)
	for i := range jobs {
		jobs[i] = &write{operations: []store.Operation{encodeRequest(journaltest.Numbered(i))}, until: time.Now().Add(time.Minute), done: make(chan struct{})}
	}
	jobs[2].until = time.Now().Add(time.Millisecond)
	j.writer.carryOut(slices.Clone(jobs))
	for i, job := range jobs {
		<-job.done
		if (job.err != nil) != (i == 2) || i == 2 && !errors.Is(job.err, errTooLate) {
			t.Errorf("job %d: error %v", i, job.err)
		}
	}
}

func TestCloseLetsTheQueueFinish(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{})
		results := make(chan error, 50)
		for n := range cap(results) {
			go func() {
				_, _, err := j.Accept(context.WithoutCancel(t.Context()), journaltest.Numbered(n))
				results <- err
			}()
		}
		if err := j.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range cap(results) {
			if err := <-results; err != nil && !errors.Is(err, ErrClosed) {
				t.Error(err)
			}
		}
	})
}
