"""The pages where editors keep the knowledge base: articles, review, questions, announcements, spreadsheets."""
