from recipes.methods_page import PAGE, page


def test_the_page_in_docs_is_what_the_methods_say():
    assert PAGE.read_text(encoding="utf-8") == page()
