/* What keeps forks of a Python cheap (see pages.c). */
#ifndef PAGES_H
#define PAGES_H

void fill_gaps(void);
void text_on_huge_pages(void);

#endif
