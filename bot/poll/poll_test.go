package poll

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

func TestTheQueueComesRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start, woken := time.Now(), make(chan struct{}, 1)
		var at []time.Duration
		complaints := 0
		// More is due in ten seconds; then five turns fail, one of them in panic; then there is nothing.
		q := Queue[int]{
			Name: "test", Log: zerolog.Nop(), Woken: woken, Complain: func(error) { complaints++ },
			Due: func(context.Context) ([]int, time.Duration, error) {
				at = append(at, time.Since(start))
				switch n := len(at); {
				case n == 1:
					return nil, 10 * time.Second, nil
				case n == 4:
					panic("not at all")
				case n <= 7:
					return nil, 0, errors.New("not now")
				}
				return nil, time.Hour, nil
			},
		}
		ended := make(chan struct{})
		go func() { defer close(ended); q.Run(ctx, t.Context()) }()
		time.Sleep(330 * time.Second)
		Wake(woken)
		synctest.Wait()
		cancel()
		<-ended
		want := []time.Duration{0, 10, 15, 25, 85, 90, 100, 120, 180, 240, 300, 330}
		for i := range want {
			want[i] *= time.Second
		}
		if !slices.Equal(at, want) || complaints != 5 {
			t.Errorf("worked at %v, want %v; %d complaints", at, want, complaints)
		}
	})
}

// What fails keeps none of the others back, unless they would fail, too; what has to wait is no failure.
func TestAllThatIsDueIsDone(t *testing.T) {
	refused, away := errors.New("refused"), errors.New("away")
	left := []string{"first", "refused", "waits", "last"}
	var tried []string
	q := Queue[string]{
		Due: func(context.Context) ([]string, time.Duration, error) { return slices.Clone(left), time.Hour, nil },
		Do: func(_, _ context.Context, piece string) error {
			tried = append(tried, piece)
			switch piece {
			case "refused":
				return refused
			case "waits":
				return fmt.Errorf("of a batch: %w", NotYet(time.Second))
			case "away":
				return away
			}
			left = slices.DeleteFunc(left, func(one string) bool { return one == piece })
			return nil
		},
		Stops: func(err error) bool { return errors.Is(err, away) },
	}
	next, err := q.All(t.Context(), t.Context())
	if want := []string{"first", "refused", "waits", "last", "refused", "waits"}; !slices.Equal(tried, want) {
		t.Errorf("tried %q, want %q", tried, want)
	}
	if next != time.Second || !errors.Is(err, refused) {
		t.Errorf("next in %s, error %v", next, err)
	}

	tried, left = nil, []string{"away", "last"}
	if _, err := q.All(t.Context(), t.Context()); !errors.Is(err, away) || len(tried) != 1 {
		t.Errorf("tried %q, error %v", tried, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tried = nil
	if _, err := q.All(ended, t.Context()); !errors.Is(err, context.Canceled) || len(tried) != 0 {
		t.Errorf("after the end tried %q, error %v", tried, err)
	}
}

// A last look costs a read of the journal, which may hang.
func TestALastLookIsForWhatMayBeLeft(t *testing.T) {
	for name, c := range map[string]struct {
		woken bool
		err   error
		want  int
	}{"nothing": {want: 1}, "woken": {woken: true, want: 2}, "what failed": {err: errors.New("away"), want: 2}} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			woken, looks := make(chan struct{}, 1), 0
			Queue[int]{
				Woken: woken, Log: zerolog.Nop(), Complain: func(error) {},
				Due: func(context.Context) ([]int, time.Duration, error) {
					if looks++; c.woken && looks == 1 {
						Wake(woken)
					}
					cancel()
					return nil, 0, c.err
				},
			}.Run(ctx, t.Context())
			if looks != c.want {
				t.Errorf("%d looks, want %d", looks, c.want)
			}
		})
	}
}
