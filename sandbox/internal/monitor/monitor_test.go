package monitor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestTimersRunUnderTheLockAndEndWithTheMonitor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := New()
		ran := 0
		m.Lock()
		m.After(time.Second, func() { ran++; m.Notify() })
		m.After(time.Hour, func() { t.Error("a timer ran after the end") })
		m.Unlock()
		if err := m.Await(t.Context(), func() bool { return ran == 1 }); err != nil {
			t.Error(err)
		}
		waiting := make(chan error)
		go func() { waiting <- m.Await(context.Background(), func() bool { return false }) }()
		synctest.Wait()
		if !m.Close(func() {}) || m.Close(func() { t.Error("closed twice") }) {
			t.Error("the first Close is not the one that counts")
		}
		if err := <-waiting; !errors.Is(err, ErrClosed) {
			t.Errorf("the wait ends with %v", err)
		}
		m.Wait()
		if m.Enter() {
			t.Error("somebody entered after the end")
		}
	})
}

func TestSleepEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := New()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if m.Sleep(ctx, time.Minute) {
			t.Error("slept through")
		}
		if !m.Sleep(context.Background(), time.Minute) {
			t.Error("did not sleep")
		}
	})
}
