package assign

import "time"

// GiveUpAfter is when an assignment is too old to be sent.
const GiveUpAfter = giveUpAfter

// ReceiveLate puts into its contact's queue what was accepted before others that are there.
func (s *Service) ReceiveLate(a Assignment) {
	s.backlog.mu.Lock()
	defer s.backlog.mu.Unlock()
	s.receive(&job{Assignment: a, since: time.Now()})
}

// InFlight counts the assignments that s works on.
func (s *Service) InFlight() int {
	s.backlog.mu.Lock()
	defer s.backlog.mu.Unlock()
	return len(s.backlog.inFlight)
}

// Queues counts the contacts that have a queue.
func (s *Service) Queues() int {
	s.backlog.mu.Lock()
	defer s.backlog.mu.Unlock()
	return len(s.backlog.queues)
}
