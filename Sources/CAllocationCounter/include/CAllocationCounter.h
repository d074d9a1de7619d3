#ifndef C_ALLOCATION_COUNTER_H
#define C_ALLOCATION_COUNTER_H

// Counts the heap allocations of each thread, for tests and benchmarks that show that something allocates nothing.
//
// A program that links this target has its own malloc, calloc, realloc, memalign, aligned_alloc and posix_memalign,
// which count and then call those of the C library. Not for anything that is delivered.

// Allocations of the calling thread since it began. Always 0 where allocations are not counted.
long allocation_count(void);

// Whether allocations are counted: only with glibc, and not under a sanitizer, which has its own allocator.
int allocation_counter_is_active(void);

#endif
