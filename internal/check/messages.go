package check

import "context"

func (d *doctor) examineMessages(ctx context.Context) {}
