//go:build linux && slow

package postgres_test

import (
	"bytes"
	"context"
	"flag"
	"math/rand/v2"
	"sync"
	"testing"

	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/postgres"

	"github.com/rs/zerolog"
)

var cuts = flag.Int("cuts", 6, "how often the power of the server is cut")

// TestThePowerOfTheServerIsCut ends the server at once, by turns while two instances work and when
// they have just ended their work, and starts it on what is on its disk. The instances live on:
// they know more than the database does.
func TestThePowerOfTheServerIsCut(t *testing.T) {
	t.Parallel()
	server := journaltest.StartPowered(t)
	books := journaltest.NewBooks()
	p := powered{noted: make(chan struct{})}
	var said lines
	for range 2 {
		i := open(t, server.URL(), postgres.Config{Logger: zerolog.New(&said)})
		p.instances = append(p.instances, i)
		p.works = append(p.works, &journaltest.Work{Journal: i, Again: p.again, Note: func(line string) {
			books.Note(t, line)
			p.note()
		}})
	}
	for n := range *cuts {
		end := p.work(t.Context())
		for range 20 + rand.IntN(200) {
			<-p.noted
		}
		if n%2 == 0 {
			end()
		}
		p.away.Lock()
		server.Cut(t)
		p.away.Unlock()
		books.Check(t, p.instances[0])
		end()
		for _, i := range p.instances { // one looks at what was not synced
			if err := i.Health(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		books.CheckSettled(t, p.instances[0])
	}
	if said.count("written again") == 0 {
		t.Error("nothing was ever lost")
	}
	t.Logf("%s; %d times something was written again", books, said.count("written again"))
	for _, i := range p.instances {
		if err := i.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// powered is the work of instances on a server that goes away now and then.
type powered struct {
	instances []instance
	works     []*journaltest.Work
	noted     chan struct{}
	away      sync.RWMutex // locked while the server is
}

// work goes on until end is called, which waits for what has begun.
func (p *powered) work(ctx context.Context) (end func()) {
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	for _, w := range p.works {
		all.Go(func() { w.Run(ctx) })
	}
	return func() {
		stop()
		all.Wait()
	}
}

// again waits for the server.
func (p *powered) again(error) bool {
	p.away.RLock()
	defer p.away.RUnlock()
	return true
}

func (p *powered) note() {
	select {
	case p.noted <- struct{}{}:
	default:
	}
}

// lines are those of a log.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *lines) count(words string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Count(l.text.Bytes(), []byte(words))
}
